"""Invented bids, scores and awards for the demonstration's scenarios."""
