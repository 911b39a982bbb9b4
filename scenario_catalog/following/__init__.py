"""Who follows which scenario, and what people are told about it."""
