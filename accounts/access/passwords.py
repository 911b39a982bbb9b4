"""What a password must be, besides long enough: not what everybody would guess first."""

from typing import Any

from flask_babel import gettext
from flask_security import PasswordUtil

DISTINCT = 5
SHORTEST_PART = 4
COMMON = (
    "password",
    "123456",
    "654321",
    "qwerty",
    "abc123",
    "111111",
    "000000",
    "888888",
    "admin",
    "iloveyou",
    "woaini",
)
RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
STEPS = {run[at : at + 2] for run in (*RUNS, *(run[::-1] for run in RUNS)) for at in range(len(run) - 1)}
# So many neighbours may be no step of a run before a password counts as more than one.
BREAKS = 3


def weakness(password: str, email: str = "", name: str = "") -> str:
    """Return why a password is easily guessed, "" if no reason is known."""
    low = password.lower()
    if len(set(low)) < DISTINCT:
        return str(gettext("密码重复的字符过多"))
    own = [part for part in (email.lower().partition("@")[0], name.lower()) if len(part) >= SHORTEST_PART]
    if any(part in low for part in own):
        return str(gettext("密码不能包含您的邮箱或姓名"))
    return str(gettext("密码过于常见，请换一个")) if _is_common(low) else ""


def _is_common(low: str) -> bool:
    rest = low
    for word in COMMON:
        rest = rest.replace(word, "")
    breaks = sum(low[at : at + 2] not in STEPS for at in range(len(low) - 1))
    return len(rest) < SHORTEST_PART or breaks < BREAKS


class CheckedPasswords(PasswordUtil):
    """The library's rule of length, and ours."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        found, normal = super().validate(password, is_register, **kwargs)
        if found:
            return found, normal
        person = kwargs.get("user")
        email = person.email if person else kwargs.get("email") or ""
        name = person.name if person else kwargs.get("name") or ""
        reason = weakness(normal, email, name)
        return ([reason] if reason else None), normal
