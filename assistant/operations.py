"""Asking, answering, deleting. Answering changes a turn once; the caller commits."""

import secrets
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from assistant import composing, queries
from assistant.answers import Answer, Citation
from assistant.corpus import Corpus
from assistant.followups import Turn as Said
from assistant.glossary import within
from assistant.llm import operations as llm
from assistant.llm.written import Claimed, Written
from assistant.masking import mask
from assistant.models import Conversation, Turn
from assistant.routing import answer_from_list, calculator
from assistant.suggestions import examples, following
from assistant.terms.current import glossaries
from core import audit, clock
from core.audit import SYSTEM, Actor
from core.city import city
from core.errors import InvalidInputError, NotFoundError
from retrieval.text import normalise

if TYPE_CHECKING:
    from assistant.answering import Answering, Case, Spoken
    from assistant.library import Library

PUBLIC = Actor(id="public", role="citizen")
MOST_TURNS = 50
REMEMBERED_TURNS = 6
ABANDONED_AFTER = timedelta(seconds=60)


def answering(policy_id: str, *, catalog: bool = True) -> "Answering":
    """Return the stages for a policy. Raises NotFoundError if there is no such policy."""
    corpus = queries.corpus_of(policy_id)
    if corpus is None:
        raise NotFoundError(f"没有编号为 {policy_id} 的政策文件")
    return _stages(corpus, catalog=catalog)


def library(home: str, *, catalog: bool = True) -> "Answering | Library":
    """Return the stages for every document that may answer: one in force alone needs nobody to decide.

    `home` goes first where nothing else decides. Raises NotFoundError if there is no document.
    """
    from assistant.library import Library, Shelved

    found = queries.library(clock.today())
    if not found:
        raise NotFoundError("还没有可以回答的政策文件")
    if len(found) == 1 and found[0][0].in_force:
        return _stages(found[0][1], catalog=catalog)
    return Library([Shelved(standing, _stages(corpus, catalog=catalog)) for standing, corpus in found], home)


def begin(session: Session, actor: Actor, owner: str) -> Conversation:
    """Start a conversation on the city's own plan."""
    now = clock.now()
    begun = Conversation(
        id=secrets.token_urlsafe(16), owner=owner, policy=city().policy.id, created_at=now, updated_at=now
    )
    session.add(begun)
    audit.record(session, actor, "begin", "conversation", begun.id)
    return begun


def ask(session: Session, actor: Actor, conversation: Conversation, text: str) -> Turn:
    """Add a question, personal data masked, still to be answered. Raises InvalidInputError when there are too many."""
    position = queries.last_position(conversation) + 1
    if position > MOST_TURNS:
        raise InvalidInputError(f"一次对话最多 {MOST_TURNS} 个问题，请开始新的对话")
    now = clock.now()
    asked = Turn(conversation=conversation, position=position, question=mask(normalise(text).strip()), created_at=now)
    conversation.updated_at = now
    session.add(asked)
    session.flush()
    audit.record(session, actor, "ask", "conversation", conversation.id)
    return asked


@dataclass(frozen=True)
class Line:
    """A line that goes before what a model wrote."""

    text: str


Step = str | Line | Claimed


@dataclass
class Worded:
    """What a model made of an answer, if one was asked: what is kept of it, and its stage."""

    written: Written | None = None
    stages: Sequence[dict[str, Any]] = ()


def answer(session: Session, turn: Turn, asker: str = "") -> None:
    """Answer a turn that is still to be answered; any other is left alone. `asker` is who a model's limits count."""
    for _step in answer_by_stages(session, turn, asker):
        pass


def answer_by_stages(session: Session, turn: Turn, asker: str = "") -> Generator[Step, None, None]:
    """Answer a turn, yielding each stage's name before it runs, and of a model's answer each line and each verified claim.

    The answer is stored however the caller leaves. Questions are read with the glossary as operators have it now.
    """
    return within(glossaries(session), _by_stages(session, turn, asker))


def _by_stages(session: Session, turn: Turn, asker: str) -> Generator[Step, None, None]:
    if not _claim(session, turn):
        return
    started = time.perf_counter()
    stages = library(turn.conversation.policy)
    said = _history(turn, stages.corpora)
    case, worded, walked = None, Worded(), False
    try:
        for name, case in stages.walk(turn.question, said):  # noqa: B007 - the last case is what is stored
            walked = name == "done"
            if not walked:
                yield name
        yield from _word(session, case, _spoken(stages, case), asker, worded)
    except GeneratorExit:
        # A reader who leaves in the middle finds the answer when the page is opened again.
        case = case if walked else stages.answer(turn.question, said)
        raise
    finally:
        _store(turn, stages, case, worded, started)


def is_abandoned(turn: Turn) -> bool:
    """Tell whether whoever took the turn for answering must have died."""
    return turn.status == "answering" and clock.now() - turn.created_at > ABANDONED_AFTER


def stored_answer(turn: Turn) -> Answer:
    """Return the answer of a turn that has been answered."""
    return Answer.from_stored(turn.answer)


def stored_wording(turn: Turn) -> Written | None:
    """Return what a model wrote for a turn, None where none was asked."""
    return Written.from_stored(turn.written)


def cited(answer: Answer, written: Written | None) -> list[Citation]:
    """Return every quote that is shown: a model's, and the excerpts where they stand in for it."""
    claimed = [one.citation for one in written.claims] if written else []
    return [*claimed, *(answer.citations if written is None or written.fell_back else ())]


def remove(session: Session, actor: Actor, conversation: Conversation) -> None:
    """Delete a conversation with everything in it."""
    audit.record(session, actor, "delete", "conversation", conversation.id)
    session.delete(conversation)


def purge(session: Session, days: int) -> int:
    """Delete the conversations that rested for more than `days`; return their number."""
    old = session.scalars(queries.conversations_before(clock.now() - timedelta(days=days))).all()
    for conversation in old:
        remove(session, SYSTEM, conversation)
    return len(old)


def start_questions(policy_id: str) -> list[str]:
    """Return questions to begin with, none without a policy."""
    corpus = queries.corpus_of(policy_id)
    if corpus is None:
        return []
    written = city().examples.questions if policy_id == city().policy.id else ()
    return [*(written or examples(corpus))[:2], "有哪些场景还在报名？"]


def _stages(corpus: Corpus, *, catalog: bool) -> "Answering":
    from assistant.answering import Answering  # langchain takes half a second, and pages must not wait
    from assistant.retriever import PolicyRetriever

    return Answering(
        corpus,
        PolicyRetriever(document=corpus.passages),
        answer_from_list if catalog else None,
        calculator if catalog else None,
    )


def _spoken(stages: "Answering | Library", case: "Case | None") -> "tuple[Spoken, ...]":
    """Return the documents that an answer is from with the question's way through each."""
    from assistant.answering import Answering, Spoken

    if case is None:
        return ()
    return (Spoken(stages.corpus, case),) if isinstance(stages, Answering) else case.spoken


def _claim(session: Session, turn: Turn) -> bool:
    """Take a pending turn for answering; False if somebody else took it."""
    claim = update(Turn).where(Turn.id == turn.id, Turn.status == "pending").values(status="answering")
    taken = session.execute(claim.returning(Turn.id)).scalar()
    session.commit()
    session.refresh(turn)
    return taken is not None


def _history(turn: Turn, corpora: Sequence[Corpus]) -> list[Said]:
    """Return the turns before, as far as they quote documents that may answer."""
    titles = {one.document: one.title for one in corpora}
    said, several = list[Said](), len(titles) > 1
    for earlier in queries.turns_before(turn, REMEMBERED_TURNS):
        found = stored_answer(earlier) if earlier.answer else None
        shown = cited(found, stored_wording(earlier)) if found else []
        kept = [one for one in shown if one.document in titles]
        names = [f"《{titles[one.document]}》" if several else "" for one in kept]
        quotes = [f"{one.quote}[{name}第{one.article}条]" for one, name in zip(kept, names, strict=True)]
        said += [("user", earlier.question), ("assistant", "".join(quotes))]
    return said


def _word(
    session: Session, case: "Case | None", spoken: "Sequence[Spoken]", asker: str, worded: Worded
) -> Iterator[Step]:
    """Have a model word the answer where one may; yields its stage, what goes before the claims, then each claim that holds."""
    made = llm.writing(case, spoken) if case and spoken else None
    if case is None or case.answer is None or made is None:
        return
    call = llm.admit(session, asker)
    # Nothing is locked while a model thinks.
    session.commit()
    if isinstance(call, str):
        worded.written = replace(made.written, reason=call)
        return
    try:
        yield "write"
        yield from map(Line, composing.parted(case.answer.lead)[0])
        yield from made.claims()
    finally:
        worded.written, worded.stages = made.written, (made.stage,)
        llm.settle(call, made)


def _store(turn: Turn, stages: "Answering | Library", case: "Case | None", worded: Worded, started: float) -> None:
    if case is None or case.answer is None:
        turn.status = "failed"
        return
    shown = cited(case.answer, worded.written)
    found = _suggested(_spoken(stages, case), shown, turn.question, turn.conversation.policy)
    turn.answer = replace(case.answer, suggestions=tuple(found)).stored()
    turn.written = worded.written.stored() if worded.written else {}
    turn.stages = [*case.trace, *worded.stages]
    turn.ms = round(1000 * (time.perf_counter() - started))
    turn.status = case.answer.status


def _suggested(spoken: "Sequence[Spoken]", shown: Sequence[Citation], asked: str, home: str) -> list[str]:
    """Return what leads on from the first document that speaks, or questions to begin with."""
    for one in spoken:
        articles = [citation.article for citation in shown if citation.document == one.corpus.document]
        if articles:
            return following(one.corpus, articles, one.case.ranked, asked)
    corpus = spoken[0].corpus if spoken else queries.corpus_of(home)
    return examples(corpus) if corpus else []
