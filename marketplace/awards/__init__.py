"""Finalists, winners, the public notice with its objections, and the award."""
