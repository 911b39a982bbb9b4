"""Vectors of needs in the background."""

from huey import crontab

from core.jobs import periodic
from scenario_catalog.similarity import operations


# What was published or changed since, and what another model embedded.
@periodic(crontab(minute="*"))
def fill_needs() -> int:
    return operations.fill_needs(wait=False)
