"""Question files: one JSON object a line, read whole before anything is answered."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import InvalidInputError

ROLES = ("user", "assistant")


def read(file: Path) -> list[dict[str, Any]]:
    """Return the questions. Raises InvalidInputError naming the first line that is not one, and why."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{file}: 无法读取：{error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file}: 不是 UTF-8 编码") from None
    return list(_questions(file, text))


def _questions(file: Path, text: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise InvalidInputError(f"{file}: 第 {number} 行：不是有效的 JSON：{error.msg}") from None
        reason = _problem(found)
        if reason:
            raise InvalidInputError(f"{file}: 第 {number} 行：{reason}")
        yield {"history": [], **found}


def _problem(found: Any) -> str:
    """Return what keeps a parsed line from being a question, or nothing."""
    if not isinstance(found, dict):
        return "应为 JSON 对象"
    if not isinstance(found.get("id"), (str, int)):
        return "缺少 id"
    if not isinstance(found.get("q"), str):
        return "缺少文字 q"
    history = found.get("history", [])
    if not isinstance(history, list) or not all(map(_is_turn, history)):
        return "history 应为 [role, text] 的列表，role 是 user 或 assistant"
    return ""


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, list) and len(turn) == 2 and turn[0] in ROLES and isinstance(turn[1], str)  # noqa: PLR2004 - a pair
