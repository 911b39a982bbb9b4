"""What a scenario asks of a bid: the sections of its proposal, the criteria it is judged by, and how the decision is made."""
