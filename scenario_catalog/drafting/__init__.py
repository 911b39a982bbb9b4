"""The agency desk: writing a need down, alone or together, until it is submitted."""
