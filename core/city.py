"""`city.toml`: what makes the site a city's. Read once at start-up, checked whole, then only read."""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Protocol

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.settings import SettingsError

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Text = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(Part):
    """A word of the taxonomy: a stable code for URLs and the name people read."""

    code: Code
    name: Text
    icon: str = ""
    article: int | None = None


class Holidays(Part):
    closed: tuple[date, ...] = ()
    working: tuple[date, ...] = ()


class Policy(Part):
    id: Code
    file: Path
    scenario_article: int | None = None


class Target(Part):
    label: Text
    value: Annotated[int, Field(gt=0)]
    unit: str = ""
    comparator: str = ""
    source: int
    counts: Literal["landed"] | None = None


class Footer(Part):
    host: Text
    organiser: Text
    icp: str = ""
    police: str = ""
    site_code: str = ""
    hotline: Text
    accessibility_contact: Text


class Examples(Part):
    """What the home page offers to try: searches of the list and questions about the plan."""

    searches: tuple[Text, ...] = ()
    questions: tuple[Text, ...] = ()


Days = Annotated[int, Field(ge=0, le=365)]


class Rules(Part):
    """The city's own spans of time, in days.

    How long a published need must stay open, by how much a material change extends it, how long before the deadline
    questions close and people are reminded, how long a preview link lives.
    """

    shortest_opening: Days = 10
    extension: Days = 5
    questions_close: Days = 3
    reminder: Days = 3
    preview: Days = 7


Keep = Annotated[int, Field(ge=30, le=36500)]


class Retention(Part):
    """How long records are kept, in days, counted from the deadline or the decision they belong to."""

    bid_drafts: Keep = 180
    unopened_bids: Keep = 30
    losing_bids: Keep = 730
    score_sheets: Keep = 5475
    evidence: Keep = 5475


class DecisionDays(Part):
    """How many calendar days a scenario may stay in each state before the public is told that its decision is overdue."""

    closed: Days = 10
    evaluating: Days = 30
    finalists: Days = 45
    noticed: Days = 20
    awarded: Days = 60
    piloting: Days = 365


class Judging(Part):
    """How bids are judged: the smallest panel, how far apart points lie that need a reason of their own (of 100).

    `signing_days` are the calendar days that a member has to sign a consensus.
    """

    smallest_panel: Annotated[int, Field(ge=2, le=15)] = 3
    wide_spread: Annotated[int, Field(ge=1, le=100)] = 20
    signing_days: Days = 5
    decision_days: DecisionDays = DecisionDays()


class Coded(Protocol):
    @property
    def code(self) -> str: ...


class City(Part):
    """A city. `districts` keep the file's order; taxonomy codes are unique within their kind."""

    name: Text
    short_name: Text
    site_title: Text
    promise: Text
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    districts: Annotated[tuple[Text, ...], Field(min_length=1)]
    holidays: Holidays = Holidays()
    policy: Policy
    targets: tuple[Target, ...] = ()
    examples: Examples = Examples()
    rules: Rules = Rules()
    retention: Retention = Retention()
    judging: Judging = Judging()
    footer: Footer
    systems: Annotated[tuple[Term, ...], Field(min_length=1)]
    domains: Annotated[tuple[Term, ...], Field(min_length=1)]
    tags: tuple[Term, ...] = ()

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "City":
        for kind in ("systems", "domains", "tags"):
            codes = [term.code for term in getattr(self, kind)]
            twice = sorted({code for code in codes if codes.count(code) > 1})
            if twice:
                raise ValueError(f"{kind}: code {twice[0]!r} stands twice")
        return self

    @cached_property
    def landing_target(self) -> Target | None:
        return next((target for target in self.targets if target.counts == "landed"), None)


def term(terms: Sequence[Term], code: str) -> Term | None:
    """Return the term with this code, or None."""
    return next((item for item in terms if item.code == code), None)


def named(terms: Sequence[Term], name: str) -> Term | None:
    """Return the term people call `name`, or None."""
    return next((item for item in terms if item.name == name), None)


def load_city(path: Path) -> City:
    """Read a city file. Raises SettingsError with one line that names the file and the place of the mistake."""
    try:
        return City.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "file"
        raise SettingsError(f"{path.name}: {place}: {first['msg']}") from None


def city() -> City:
    """Return the city of the current application."""
    found: City = current_app.extensions["city"]
    return found
