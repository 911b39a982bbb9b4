"""Naming the holders of a scenario's keys, taking shares, and the opening at which two of them present theirs."""
