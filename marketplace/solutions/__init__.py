"""What enterprises offer: their profiles, their solutions in versions, and what they look for partners for."""
