"""The operator's review of submitted needs."""
