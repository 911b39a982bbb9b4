"""The audit log's pages: reading, exporting, verifying, and the anchors that anyone may keep."""
