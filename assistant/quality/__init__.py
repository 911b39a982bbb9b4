"""What people say of the answers, and what is made of it: ratings, complaints, open questions, evaluation cases."""
