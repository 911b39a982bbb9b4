"""Panels, individual scores, consensus, and the price that is opened last."""
