"""What a password must not be, and when an account is locked: rules without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from accounts.access.lockout import FAILURES, LOCKED_FOR, after_failure
from accounts.access.passwords import weakness

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "1111111111",
        "1212121212",
        "password12",
        "Password123456",
        "1234567890",
        "qwertyuiop",
        "abcdefghijkl",
        "CHEN.xi-2026!",
    ],
)
def test_what_everybody_would_try_first_is_weak(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert weakness(password, "chen.xi@example.org", "陈溪")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "深圳的夏天真热啊今年", "x7-Kd2!pQ9", "city-ai-demo-2026"]
)
def test_what_is_long_and_odd_is_taken(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert not weakness(password, "chen.xi@example.org", "陈溪")


@given(st.integers(0, FAILURES * 3))
def test_an_account_is_locked_at_each_nth_failure_and_only_then(count: int) -> None:
    failures, until = 0, None
    for _ in range(count):
        failures, until = after_failure(failures, NOW)
        assert 0 <= failures < FAILURES
    assert failures == count % FAILURES
    assert until == (NOW + LOCKED_FOR if count and count % FAILURES == 0 else None)


def test_a_lock_ends(app: Flask) -> None:
    assert timedelta(minutes=5) <= LOCKED_FOR <= timedelta(hours=1)
