"""Gathering what the ZIP of a public scenario holds."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import render_template

from core import clock, files
from core.formats import moment, written_day
from scenario_catalog import presenting
from scenario_catalog import queries as catalog
from scenario_catalog.columns import COLUMNS
from scenario_catalog.drafting.archive import Member, safe_name, write
from scenario_catalog.models import Attachment, Corrigendum, Question, Scenario

MIB = 1024 * 1024
# Documents beyond this stay out, and the archive says where they are.
MOST_BYTES = 200 * MIB
IN_MEMORY = 8 * MIB
NAMES = {**{column.field: column.name for column in COLUMNS}, "attachments": "附件"}


def bundle(scenario: Scenario) -> IO[bytes]:
    """Return the archive, ready to be read: the requirement, its documents, answered questions, corrigenda."""
    target = cast("IO[bytes]", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - the answer that is sent closes it
    write(_members(scenario), target, clock.local(scenario.published_at or scenario.updated_at))
    target.seek(0)
    return target


def _members(scenario: Scenario) -> Iterator[Member]:
    documents = [one for one in catalog.attachments(scenario) if one.file.state == "clean"]
    taken, left = _within(documents)
    page = presenting.scenario_page(scenario, scenario.moves)
    html = render_template("drafting/requirement.html", **page, documents=taken, left_out=left)
    yield Member(safe_name(0, f"需求书 {scenario.number}", "html"), html.encode)
    for place, one in enumerate(taken, 1):
        ending = PurePosixPath(one.file.name).suffix[1:]
        yield Member(f"附件/{safe_name(place, one.title, ending)}", lambda one=one: files.read(one.file))  # type: ignore[misc]  # the default binds the loop's value
    yield from _texts(scenario)


def _within(documents: Sequence[Attachment]) -> tuple[list[Attachment], list[Attachment]]:
    """Return the documents that fit, in order, and those that do not."""
    taken, left, size = list[Attachment](), list[Attachment](), 0
    for one in documents:
        fits = size + one.file.size <= MOST_BYTES
        (taken if fits else left).append(one)
        size += one.file.size if fits else 0
    return taken, left


def _texts(scenario: Scenario) -> Iterator[Member]:
    answered = [one for one in reversed(catalog.questions(scenario)) if one.status == "answered"]
    corrigenda = [*reversed(catalog.corrigenda(scenario))]
    if answered:
        yield Member("问答.txt", lambda: _plain(map(_question, answered)))
    if corrigenda:
        yield Member("更正.txt", lambda: _plain(map(_corrigendum, corrigenda)))


def _question(one: Question) -> str:
    when = f"（{moment(one.decided_at)}）" if one.decided_at else ""
    added = "".join(f"\n\n补充答复（{moment(more.at)}）\n{more.text}" for more in one.supplements)
    return f"第 {one.number} 问（{moment(one.asked_at)}）\n{one.text}\n\n答{when}\n{one.answer}{added}"


def _corrigendum(one: Corrigendum) -> str:
    material = "，实质性更正" if one.material else ""
    changes = "\n\n".join(map(_change, one.changes))
    return f"第 {one.number} 号更正（{moment(one.at)}{material}）\n理由：{one.reason}\n\n{changes}"


def _change(found: Mapping[str, str]) -> str:
    field = found["field"]
    before, after = (written_day(text) if field == "deadline" else text for text in (found["before"], found["after"]))
    return f"【{NAMES.get(field, field)}】\n更正前：{before}\n更正后：{after}"


def _plain(parts: Any) -> bytes:
    """Return texts one below the other, as old editors on Windows read them too."""
    text = "\n\n――――――――――\n\n".join(parts) + "\n"
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
