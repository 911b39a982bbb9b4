"""After how many failures an account is locked, and for how long."""

from datetime import datetime, timedelta

FAILURES = 8
LOCKED_FOR = timedelta(minutes=15)


def after_failure(failures: int, now: datetime) -> tuple[int, datetime | None]:
    """Return the new count of failures in a row and, once there are too many, until when the account is locked."""
    if failures + 1 < FAILURES:
        return failures + 1, None
    return 0, now + LOCKED_FOR
