"""Which open scenarios fit a solution, and why."""
