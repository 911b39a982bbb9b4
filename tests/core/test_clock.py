"""One clock, UTC inside, Asia/Shanghai outside; a closing day is included whole."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.orm import UtcDateTime


def test_a_closing_day_ends_at_midnight_in_the_city() -> None:
    assert clock.end_of_day(date(2026, 3, 18)) == datetime(2026, 3, 18, 16, 0, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_every_instant_of_a_day_is_on_that_day(day: date) -> None:
    start, end = clock.start_of_day(day), clock.end_of_day(day)
    assert clock.local_date(start) == day
    assert clock.local_date(end - timedelta(microseconds=1)) == day
    assert clock.local_date(end) == day + timedelta(days=1)


def test_the_clock_can_be_stopped_and_goes_on() -> None:
    then = datetime(2024, 7, 30, tzinfo=UTC)
    with clock.frozen(then):
        assert clock.now() == then
    assert clock.now() > then


def test_naive_times_do_not_reach_the_database() -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type] # noqa: DTZ001 - the mistake under test
