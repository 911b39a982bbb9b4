"""The evaluation of all question files at once: by words, by meaning, fused, and as a model words it; compared with the run committed last."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from assistant import offline, question_files
from assistant.answering import Answering, Case
from assistant.calibrating import FOLDER, policy_file
from assistant.composing import parted
from assistant.library import Library
from assistant.llm.writing import Writing
from assistant.operations import cited
from assistant.scoring import FITTING, Report, Verdict, documents_right, judge, judge_documents
from assistant.wording_scores import Speaker, tally, word

LATEST = FOLDER / "latest.json"
COMPARED = (
    "strict",
    "false_refusals",
    "near_misses_refused",
    "off_topic_refused",
    "citation_precision",
    "citation_recall",
    "inexact_quotes",
    "unsupported_numbers",
    "strict_lexical",
    "strict_dense",
    "strict_model",
)
# Times differ from run to run: only so many times as long, or as short, is told.
SLOWER = 1.5
COLUMNS = ("n", "strict", "false-ref", "near-ref", "inexact", "bad-num", "precision", "recall", "p50ms", "p95ms")
WEAKNESSES = (
    "问法与原文几乎没有共同用词时，可能引用相近而不是最贴切的一句；有两句相差不多时一并列出。",
    "一句话里并列询问几件事而没有连接词或顿号时，可能只答其中一件。",
    "问到文件没有写的属性时，大多会说明缺什么；但仍有一部分（行动方案约七分之一，陌生文件更多）按相近条文作答，不作提示。",
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
    Set("fresh, plan", "plan", FOLDER / "fresh-plan.jsonl", held_out=True),
    Set("fresh, seventh policy", "seventh-policy", FOLDER / "fresh-seventh.jsonl", held_out=True),
    MANY,
)
MODES: tuple[offline.Mode, ...] = ("fused", "lexical", "dense")
MODEL = "model"


class Answered(NamedTuple):
    """A question with its case and the time that took."""

    question: Mapping[str, Any]
    case: Case
    ms: float


Judging = Callable[[Mapping[str, Any], Mapping[str, Any]], Verdict]


def run(sets: Iterable[Set] = SETS, speaker: Speaker | None = None) -> Iterator[tuple[Set, dict[str, Report]]]:
    """Answer and score each set in each mode, and as a model words it where one speaks.

    Raises ModelError if there is no embedding model.
    """
    made: dict[tuple[str, str], Answering] = {}
    for one in sets:
        if one is MANY:
            yield one, run_many(speaker)
            continue
        reports: dict[str, Report] = {}
        for mode in MODES:
            key = (one.policy, mode)
            made[key] = made.get(key) or offline.stages(offline.read(policy_file(one.policy)), mode)
            questions = question_files.read(one.file)
            reports |= score_with(made[key], mode, questions, speaker)
        yield one, reports


def run_many(speaker: Speaker | None = None) -> dict[str, Report]:
    """Answer and score the questions to all documents at once in each mode. Raises ModelError if there is no embedding model."""
    names = {policy_file(name): name for name in LIBRARY}
    ids = {name: offline.read(file).document for file, name in names.items()}
    questions, reports = question_files.read(MANY.file), dict[str, Report]()
    for mode in MODES:
        library = offline.library(names, mode)
        reports |= _reports(library, mode, questions, _judging_documents(library, ids), speaker)
    return reports


def score_many(library: Library, ids: Mapping[str, str], questions: Iterable[Mapping[str, Any]]) -> Report:
    """Answer and score questions to several documents; `documents` of a question are those that must speak, and no other."""
    return _reports(library, "lexical", questions, _judging_documents(library, ids), None)["lexical"]


def score(stages: Answering, questions: Iterable[Mapping[str, Any]]) -> Report:
    """Answer and score questions one after another."""
    return score_with(stages, "lexical", questions, None)["lexical"]


def score_with(
    stages: Answering, mode: offline.Mode, questions: Iterable[Mapping[str, Any]], speaker: Speaker | None
) -> dict[str, Report]:
    """Return the report of a mode, and, of the fused one, what it is when a model words the same answers."""
    texts = {ordinal: entry.text for ordinal, entry in stages.corpus.articles.items()}
    wanted = [{"gold": [], "must": [], "never": [], "kind": "single", **question} for question in questions]
    return _reports(stages, mode, wanted, lambda question, told: judge(question, told, texts), speaker)


def _judging_documents(library: Library, ids: Mapping[str, str]) -> Judging:
    texts = {
        (one.standing.document, ordinal): entry.text
        for one in library.shelf
        for ordinal, entry in one.stages.corpus.articles.items()
    }

    def found(question: Mapping[str, Any], told: Mapping[str, Any]) -> Verdict:
        return judge_documents(question, frozenset(ids[name] for name in question["documents"]), told, texts)

    return found


def _reports(
    stages: Answering | Library,
    mode: offline.Mode,
    questions: Iterable[Mapping[str, Any]],
    judging: Judging,
    speaker: Speaker | None,
) -> dict[str, Report]:
    asked = [_answered(stages, question) for question in questions]
    found: dict[str, Report] = {mode: Report([judging(one.question, _told(one)) for one in asked])}
    if speaker and mode == "fused":
        made = word(stages, [one.case for one in asked], speaker)
        verdicts = [judging(one.question, _told(one, own)) for one, own in zip(asked, made, strict=True)]
        found[MODEL] = Report(verdicts, tally(made).line())
    return found


def summary(found: Iterable[tuple[Set, dict[str, Report]]], on: date) -> dict[str, Any]:
    """Return a run as it is stored and shown."""
    sets = [
        {
            "name": one.name,
            "held_out": one.held_out,
            **{name: round(value, 4) for name, value in reports["fused"].figures().items()},
            **{
                f"strict_{mode}": round(found.figures()["strict"], 4)
                for mode, found in reports.items()
                if mode != "fused"
            },
            **({"model": reports[MODEL].note} if MODEL in reports else {}),
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
    """Return a line for each figure and each kind of a set that differs from the run before."""
    if before is None:
        return ["no run is committed yet"]
    old = {one["name"]: one for one in before["sets"]}
    lines = [line for one in now["sets"] for line in _differences(old.get(one["name"]), one)]
    gone = old.keys() - {one["name"] for one in now["sets"]}
    lines += [f"  {name}: no longer there" for name in sorted(gone)]
    return [f"against the run of {before['date']}", *lines] if lines else [f"as in the run of {before['date']}"]


def _differences(old: Mapping[str, Any] | None, one: Mapping[str, Any]) -> Iterator[str]:
    if old is None:
        yield f"  {one['name']}: new"
        return
    for name in COMPARED:
        if name in old and name in one and old[name] != one[name]:
            yield f"  {one['name']}: {name} {old[name]:.4g} -> {one[name]:.4g} ({one[name] - old[name]:+.4g})"
    for kind, (right, total) in one["kinds"].items():
        was = old["kinds"].get(kind)
        if was != [right, total]:
            yield f"  {one['name']}: {kind} {'{}/{}'.format(*was) if was else 'none'} -> {right}/{total}"
    times = (old["p95_ms"], one["p95_ms"]) if "p95_ms" in old else (1.0, 1.0)
    if max(times) > SLOWER * max(min(times), 1.0):
        yield f"  {one['name']}: p95_ms {times[0]:.0f} -> {times[1]:.0f}"


def table(one: Set, reports: Mapping[str, Report]) -> list[str]:
    """Return a set's tables, one for each mode: a row for each kind, then one for all."""
    lines = [f"{one.name} ({one.file.name})"]
    for mode, report in reports.items():
        lines.append(f"  {mode:14s}" + "".join(f"{name:>10s}" for name in COLUMNS))
        lines += [_row(kind, found) for kind, found in report.by_kind().items()]
        lines.append(_row("all", report))
        lines += [f"  {report.note}"] if report.note else []
        lines += [f"  documents right {documents_right(report):.3f}"] if one is MANY else []
    return lines


def _row(name: str, report: Report) -> str:
    found = report.figures()
    cited = any(one.gold for one in report.verdicts)
    near = any(one.kind == "unanswerable" for one in report.verdicts)
    answerable = any(one.kind not in FITTING for one in report.verdicts)
    cells = [
        f"{found['size']}",
        f"{found['strict']:.3f}",
        f"{found['false_refusals']:.3f}" if answerable else "-",
        f"{found['near_misses_refused']:.3f}" if near else "-",
        f"{found['inexact_quotes']}/{found['quotes']}",
        f"{found['unsupported_numbers']}",
        f"{found['citation_precision']:.3f}" if cited else "-",
        f"{found['citation_recall']:.3f}" if cited else "-",
        f"{found['p50_ms']:.0f}",
        f"{found['p95_ms']:.0f}",
    ]
    return f"  {name:14s}" + "".join(f"{cell:>10s}" for cell in cells)


def _answered(stages: Answering | Library, question: Mapping[str, Any]) -> Answered:
    started = time.perf_counter()
    case = stages.answer(question["q"], [(role, said) for role, said in question["history"]])
    return Answered(question, case, 1000 * (time.perf_counter() - started))


def _told(one: Answered, made: Writing | None = None) -> dict[str, Any]:
    """Return an answer as it is judged: as the excerpts give it, or as a model words it."""
    answer, written = one.case.answer, made.written if made else None
    if answer is None:
        raise RuntimeError("the last stage gave no answer")
    text = answer.text
    if written:
        frame, _ = parted(answer.lead)
        rest = text if written.fell_back else "\n".join([*frame, answer.note])
        text = "\n".join([*(claim.text for claim in written.claims), rest])
    citations = [
        {"document": each.document, "title": each.title, "article": each.article, "quote": each.quote}
        for each in cited(answer, written)
    ]
    return {"status": answer.status, "answer": text, "citations": citations, "ms": one.ms + (made.ms if made else 0)}
