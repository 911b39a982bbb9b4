"""The one clock: everything is stored in UTC and shown in the city's time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CITY_TZ = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """Return the present calendar day of the city."""
    return local_date(now())


def local(instant: datetime) -> datetime:
    return instant.astimezone(CITY_TZ)


def local_date(instant: datetime) -> date:
    return local(instant).date()


def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time.min, CITY_TZ).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the first instant after `day`: a closing day is included whole, so compare with `<`."""
    return start_of_day(day + timedelta(days=1))


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stop the clock at `at` (aware) inside the block."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
