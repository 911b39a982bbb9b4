"""Keys that two of three holders open: what seals bids, without knowing what a bid is."""
