"""What must happen by the clock is known to the consumer as soon as the application is."""

import os
import subprocess
import sys
from pathlib import Path

from core.settings import ROOT

LIST = "import app; from core.jobs import huey; print(*(task.name for task in huey._registry.periodic_tasks))"


def test_importing_the_application_registers_the_periodic_jobs(tmp_path: Path) -> None:
    environment = {**os.environ, "INSTANCE": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", LIST]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    wanted = {
        "scan_again",
        "sweep_files",
        "deliver_what_waits",
        "forget_old_mail",
        "deliver_what_was_missed",
        "catch_up",
    }
    assert wanted <= set(found.stdout.split())
