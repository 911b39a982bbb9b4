"""Passages in, ranked passages out; knows no feature."""
