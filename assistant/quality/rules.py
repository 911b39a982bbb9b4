"""Reasons, numbers and deadlines."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from core import personal_data

REASONS: Mapping[str, Any] = {
    "missing": _l("没有回答问题"),
    "wrong": _l("内容不对"),
    "figure": _l("数字或条件不对"),
    "source": _l("引错了条文"),
    "refused": _l("文件里有，却说没有"),
    "unclear": _l("看不懂"),
    "other": _l("其他"),
}
# What an answer to the question should be, as evaluation files name it.
KINDS: Mapping[str, Any] = {
    "single": _l("原文能回答"),
    "unanswerable": _l("原文没有规定"),
    "offtopic": _l("与政策无关"),
}
# What the board shows: answers without, or with only a part of, what was asked for.
OPEN: Mapping[str, Any] = {
    "not_covered": _l("原文未规定"),
    "partial": _l("只回答了一部分"),
    "unclear": _l("没有看懂"),
    "off_topic": _l("与政策无关"),
    "failed": _l("没有完成"),
}
LONGEST_TEXT, LONGEST_COMMENT, LONGEST_CONTACT, MOST_GOLD = 2000, 300, 200, 8
PREFIX = "TS"
# Also right behind a Chinese character, where no blank parts them.
ADDRESS = re.compile(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def complaint_number(year: int, sequence: int) -> str:
    """Return the number of a complaint: TS-2026-0001."""
    return f"{PREFIX}-{year}-{sequence:04d}"


def due(made: date, days: int) -> date:
    """Return the last day for a reply."""
    return made + timedelta(days=days)


def masked(text: str) -> str:
    """Return a text without numbers and addresses that lead to a person."""
    for found in sorted(personal_data.find(text), key=lambda one: one.start, reverse=True):
        text = f"{text[: found.start]}[{found.label}]{text[found.end :]}"
    return ADDRESS.sub("[邮箱地址]", text)
