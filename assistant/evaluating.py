"""The evaluation of all question files at once, by words, by meaning and fused, compared with the run committed last."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from assistant import offline, question_files
from assistant.answering import Answering
from assistant.calibrating import FOLDER, policy_file
from assistant.library import Library
from assistant.scoring import Report, documents_right, judge, judge_documents

LATEST = FOLDER / "latest.json"
COMPARED = ("strict", "false_refusals", "near_misses_refused", "citation_precision")
# So small a change is one question of a set, or none.
NOTABLE = 0.005
WEAKNESSES = (
    "问法与原文几乎没有共同用词时，可能引用相近而不是最贴切的一句；有两句相差不多时一并列出。",
    "一句话里并列询问几件事而没有连接词或顿号时，可能只答其中一件。",
    "问到文件没有写的属性时，大多会说明缺什么，但约五分之一仍按相近条文作答，不作提示。",
    "没有数字、机构或地点可对照的错误前提，只引原文，不一定指出不符。",
    "英文提问依赖术语对照表和向量；对照表没有的日常词语容易找错条文。",
)


class Set(NamedTuple):
    """A question file on a policy; `held_out` sets are never looked at while building."""

    name: str
    policy: str
    file: Path
    held_out: bool = False


# All of these at once, the first at home: which of them is answered from?
MANY = Set("many documents", "", FOLDER / "many.jsonl")
LIBRARY = ("plan", "second-policy", "third-policy", "fourth-policy")
SETS = (
    Set("own", "plan", FOLDER / "questions-plan.jsonl"),
    Set("own, second policy", "second-policy", FOLDER / "questions-second.jsonl"),
    Set("unseen, plan", "plan", FOLDER / "unseen-plan.jsonl"),
    Set("unseen, third policy", "third-policy", FOLDER / "unseen-third.jsonl"),
    Set("fitted on", "plan", FOLDER / "depth-fit.jsonl"),
    Set("held out, plan", "plan", FOLDER / "depth-test.jsonl", held_out=True),
    Set("held out, fourth policy", "fourth-policy", FOLDER / "depth-fourth.jsonl", held_out=True),
    MANY,
)
MODES: tuple[offline.Mode, ...] = ("fused", "lexical", "dense")


def run(sets: Iterable[Set] = SETS) -> Iterator[tuple[Set, dict[str, Report]]]:
    """Answer and score each set in each mode. Raises ModelError if there is no embedding model."""
    made: dict[tuple[str, str], Answering] = {}
    for one in sets:
        if one is MANY:
            yield one, run_many()
            continue
        reports: dict[str, Report] = {}
        for mode in MODES:
            key = (one.policy, mode)
            made[key] = made.get(key) or offline.stages(offline.read(policy_file(one.policy)), mode)
            reports[mode] = score(made[key], question_files.read(one.file))
        yield one, reports


def run_many() -> dict[str, Report]:
    """Answer and score the questions to all documents at once in each mode. Raises ModelError if there is no embedding model."""
    names = {policy_file(name): name for name in LIBRARY}
    ids = {name: offline.read(file).document for file, name in names.items()}
    questions = question_files.read(MANY.file)
    return {mode: score_many(offline.library(names, mode), ids, questions) for mode in MODES}


def score_many(library: Library, ids: Mapping[str, str], questions: Iterable[Mapping[str, Any]]) -> Report:
    """Answer and score questions to several documents; `documents` of a question are those that must speak, and no other."""
    texts = {
        (one.standing.document, ordinal): entry.text
        for one in library.shelf
        for ordinal, entry in one.stages.corpus.articles.items()
    }
    verdicts = []
    for question in questions:
        wanted = frozenset(ids[name] for name in question["documents"])
        verdicts.append(judge_documents(question, wanted, _answered(library, question), texts))
    return Report(verdicts)


def score(stages: Answering, questions: Iterable[Mapping[str, Any]]) -> Report:
    """Answer and score questions one after another."""
    texts = {ordinal: entry.text for ordinal, entry in stages.corpus.articles.items()}
    wanted = [{"gold": [], "must": [], "never": [], "kind": "single", **question} for question in questions]
    return Report([judge(question, _answered(stages, question), texts) for question in wanted])


def summary(found: Iterable[tuple[Set, dict[str, Report]]], on: date) -> dict[str, Any]:
    """Return a run as it is stored and shown."""
    sets = [
        {
            "name": one.name,
            "held_out": one.held_out,
            **{name: round(value, 4) for name, value in reports["fused"].figures().items()},
            **{f"strict_{mode}": round(reports[mode].figures()["strict"], 4) for mode in MODES[1:]},
            "kinds": {kind: [right, total] for kind, right, total in reports["fused"].rows()},
        }
        for one, reports in found
    ]
    return {"date": on.isoformat(), "sets": sets, "weaknesses": list(WEAKNESSES)}


def latest() -> dict[str, Any] | None:
    """Return the run committed last; None if there is none."""
    if not LATEST.exists():
        return None
    found: dict[str, Any] = json.loads(LATEST.read_text(encoding="utf-8"))
    return found


def write(found: Mapping[str, Any]) -> None:
    LATEST.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def changes(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    """Return a line for each figure of a set that differs from the run before."""
    if before is None:
        return ["no run is committed yet"]
    old = {one["name"]: one for one in before["sets"]}
    lines = [
        f"{one['name']}: {name} {old[one['name']][name]:.3f} -> {one[name]:.3f}"
        for one in now["sets"]
        for name in COMPARED
        if one["name"] in old and abs(one[name] - old[one["name"]][name]) > NOTABLE
    ]
    return lines or [f"as in the run of {before['date']}"]


def table(one: Set, reports: Mapping[str, Report]) -> list[str]:
    """Return a set's rows: each kind with what is right in each mode, then the totals of each mode."""
    lines = [f"{one.name} ({one.file.name})", f"  {'kind':14s}" + "".join(f"{mode:>12s}" for mode in MODES)]
    rows = {mode: {kind: (right, total) for kind, right, total in reports[mode].rows()} for mode in MODES}
    for kind in rows["fused"]:
        cells = "".join(f"{rows[mode][kind][0]:>7d}/{rows[mode][kind][1]:<4d}" for mode in MODES)
        lines.append(f"  {kind:14s}{cells}")
    lines += [f"  {mode:8s} {reports[mode].totals()}" for mode in MODES]
    return lines + [f"  {mode:8s} document-right {documents_right(reports[mode]):.3f}" for mode in MODES if one is MANY]


def _answered(stages: Answering | Library, question: Mapping[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    found = stages.answer(question["q"], [(role, said) for role, said in question["history"]]).answer
    ms = 1000 * (time.perf_counter() - started)
    if found is None:
        raise RuntimeError("the last stage gave no answer")
    citations = [
        {"document": one.document, "title": one.title, "article": one.article, "quote": one.quote}
        for one in found.citations
    ]
    return {"status": found.status, "answer": found.text, "citations": citations, "ms": ms}
