"""Other tests hash cheaply (tests/conftest.py): what the site itself spends on a password is looked at here."""

import re
from pathlib import Path

from accounts.access.people import hashed
from app import create_app
from tests.conftest import make_app, make_settings

COST = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$")


def cost(password_hash: str) -> tuple[int, ...]:
    found = COST.match(password_hash)
    assert found, password_hash
    return tuple(map(int, found.groups()))


def test_a_password_costs_an_attacker_64_mib_and_three_turns(tmp_path: Path) -> None:
    with create_app(make_settings(tmp_path)).app_context():
        memory, turns, lanes = cost(hashed("一把很长的钥匙 2026"))
    assert memory >= 64 * 1024
    assert turns >= 3
    assert lanes >= 1


def test_only_what_tests_build_is_cheap(tmp_path: Path) -> None:
    with make_app(tmp_path).app_context():
        assert cost(hashed("一把很长的钥匙 2026")) == (8, 1, 1)
