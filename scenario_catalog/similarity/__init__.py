"""Needs that look alike: the same need in other words before one that only shares its words. See docs/similarity.md."""
