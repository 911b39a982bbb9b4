"""Tests. The instance folder is set before anything is imported: the job queue's file is made at import."""

import os
import tempfile

os.environ["INSTANCE"] = tempfile.mkdtemp(prefix="marketplace-tests-")
