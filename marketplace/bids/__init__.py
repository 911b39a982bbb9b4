"""Bids: written under a code, sealed when submitted, opened by two holders after the deadline."""
