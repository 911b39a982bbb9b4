"""What a reader of the log asks for."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Filters:
    """Each part narrows the list; "" and None ask for everything. The days are the city's, both included."""

    verb: str = ""
    subject_type: str = ""
    subject_id: str = ""
    actor: str = ""
    organisation: str = ""
    since: date | None = None
    until: date | None = None
