"""What a support comes to for a project: share and ceiling from confirmed facts, computed exactly."""
