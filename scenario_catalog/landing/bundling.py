"""Gathering the evidence bundle: a summary to print, the files, and what the audit log says, with how to check it all."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import render_template

from accounts.auditing import words
from accounts.rules import SYSTEM, label_of
from core import audit, chain, clock, files
from core.audit import AuditEvent
from core.extensions import db
from scenario_catalog import presenting as catalog
from scenario_catalog.drafting.archive import Member, safe_name, write
from scenario_catalog.landing import presenting, queries, rules
from scenario_catalog.landing.models import Landing, MilestoneEvidence
from scenario_catalog.rules import SCENARIO

FOLDER = Path(__file__).with_name("bundle")
MIB = 1024 * 1024
# Files beyond this stay out, and the summary says which.
MOST_BYTES = 500 * MIB
IN_MEMORY = 8 * MIB
COLUMNS = (*chain.SAID, "hash")
SUMMARY, SUMS = "汇总.html", "SHA256SUMS"


def bundle(landing: Landing) -> IO[bytes]:
    """Return the archive, ready to be read; never more than one file of it stood in memory."""
    target = cast("IO[bytes]", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - the answer that is sent closes it
    write(_with_sums(_members(landing)), target, clock.local(clock.now()))
    target.seek(0)
    return target


def _members(landing: Landing) -> Iterator[Member]:
    taken, left = _within([one for step in landing.milestones for one in step.proofs])
    names = {one.id: _name(place, one) for place, one in enumerate(taken, 1)}
    events = db.session.scalars(queries.events(landing)).all()
    yield Member(SUMMARY, partial(_summary, landing, names, left, events))
    yield Member("style.css", (FOLDER / "style.css").read_bytes)
    for one in taken:
        yield Member(names[one.id], partial(files.read, one.file))
    yield Member("audit.json", partial(_as_json, events))
    yield Member("audit.csv", partial(_as_csv, events))
    yield Member("verify.py", (FOLDER / "verify.txt").read_bytes)
    yield Member("核验方法.txt", lambda: _for_windows((FOLDER / "how.txt").read_text(encoding="utf-8")))


def _with_sums(members: Iterable[Member]) -> Iterator[Member]:
    """Yield the members, and at their end a file with the SHA-256 of each, as `sha256sum -c` reads it."""
    sums = list[str]()
    for member in members:
        data = member.read()
        sums.append(f"{sha256(data).hexdigest()}  {member.name}\n")
        yield Member(member.name, _giving(data))
    yield Member(SUMS, lambda: "".join(sums).encode())


def _giving(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _name(place: int, one: MilestoneEvidence) -> str:
    return f"证明材料/{safe_name(place, one.title, PurePosixPath(one.file.name).suffix[1:])}"


def _within(found: Sequence[MilestoneEvidence]) -> tuple[list[MilestoneEvidence], list[MilestoneEvidence]]:
    """Return the files that fit, in order, and those that do not."""
    taken, left, size = list[MilestoneEvidence](), list[MilestoneEvidence](), 0
    for one in found:
        fits = size + one.file.size <= MOST_BYTES
        (taken if fits else left).append(one)
        size += one.file.size if fits else 0
    return taken, left


def _summary(landing: Landing, names: dict[int, str], left: Sequence[Any], events: Sequence[AuditEvent]) -> bytes:
    told = [_told(one) for one in events]
    page = {"articles": catalog.articles(landing.scenario.articles), "names": names, "left_out": left, "events": told}
    shown = {**presenting.shown(landing), **page, "made_at": clock.now()}
    return render_template("landing/bundle.html", **shown).encode()


def _told(one: AuditEvent) -> dict[str, Any]:
    verb = words.verb_label(one.subject_type, one.verb, (SCENARIO, rules.MILESTONE), {})
    role = "系统" if one.role in SYSTEM else label_of(one.role)
    return {"event": one, "subject": words.subject_label(one.subject_type), "verb": verb, "role": role}


def _as_json(events: Sequence[AuditEvent]) -> bytes:
    said = [{**audit.said(one), "hash": one.hash} for one in events]
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _as_csv(events: Sequence[AuditEvent]) -> bytes:
    target = StringIO()
    rows = csv.DictWriter(target, COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    rows.writerows({**audit.said(one), "hash": one.hash} for one in events)
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _for_windows(text: str) -> bytes:
    """Return a text as old editors on Windows read it too."""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
