"""Taking policy files in, and what operators say of a policy afterwards. Callers own the transaction."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from hashlib import sha256

from flask_babel import gettext
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError
from core.statuses import change_status
from policies.facts import queries as facts_queries
from policies.facts.operations import propose
from policies.facts.reviewed import Table
from policies.models import Article, PolicyDocument, PolicyVersion
from policies.parser import ParsedPolicy, parse
from policies.rules import IN_FORCE, POLICY, WITHDRAWN
from retrieval.operations import Piece, delete_document, put_document
from retrieval.text import sentences

COLLECTION, SUBJECT = "policies", "policy"


def import_policy(session: Session, actor: Actor, text: str, table: Table | None = None) -> PolicyVersion:
    """Make the file's text the current version of its policy; a text that is current already changes nothing.

    `table` are its checked facts; all other figures become proposals. A policy that is withdrawn stays so. Raises
    PolicyFormatError with line and reason.
    """
    parsed = parse(text)
    digest = digest_of(parsed)
    document = session.get(PolicyDocument, parsed.id) or PolicyDocument(id=parsed.id, status=IN_FORCE)
    previous = document.versions[-1] if document.versions else None
    if previous is not None and previous.digest == digest:
        return previous
    added = _add_version(session, document, parsed, digest)
    if document.status != WITHDRAWN:
        _put_passages(session, added, previous)
    propose(session, added, previous, table)
    audit.record(session, actor, "import", SUBJECT, parsed.id)
    return added


def propose_facts(session: Session, actor: Actor, version: PolicyVersion, table: Table | None = None) -> bool:
    """Give a version that was imported before facts were read its facts; return whether it had none."""
    if session.scalar(facts_queries.rows(version.id).limit(1)) is not None:
        return False
    propose(session, version, None, table)
    audit.record(session, actor, "propose_facts", SUBJECT, version.document_id)
    return True


def supersede(session: Session, actor: Actor, document: PolicyDocument, successor: PolicyDocument, since: date) -> None:
    """Say which policy takes this one's place, and from which day. Raises InvalidInputError for one that cannot."""
    target = POLICY.check(document.status, "supersede", actor.role)
    if successor.status == WITHDRAWN:
        raise InvalidInputError(gettext("接替的文件已经撤下"))
    if document.id in _line_of(successor):
        raise InvalidInputError(gettext("接替的文件就是它自己，或已经被它替代"))
    with audit.change(session, actor, "supersede", SUBJECT, document):
        change_status(session, document, target)
        document.successor, document.ended_on = successor, since


def withdraw(session: Session, actor: Actor, document: PolicyDocument, reason: str) -> None:
    """Take a policy out of every list, search and answer; its versions stay readable at their addresses.

    Raises InvalidInputError without a reason, and for the city's plan.
    """
    is_plan = document.id == city().policy.id
    target = POLICY.check(document.status, "withdraw", actor.role, is_plan=is_plan)
    if not reason.strip():
        raise InvalidInputError(gettext("请写明撤下的理由"))
    with audit.change(session, actor, "withdraw", SUBJECT, document):
        change_status(session, document, target)
        document.reason, document.ended_on, document.successor = reason.strip(), clock.today(), None
        delete_document(session, COLLECTION, passage_document(document.current))


def restore(session: Session, actor: Actor, document: PolicyDocument) -> None:
    """Say that a policy holds again; one that was withdrawn can be found again. Raises LifecycleError."""
    target = POLICY.check(document.status, "restore", actor.role)
    with audit.change(session, actor, "restore", SUBJECT, document):
        was_withdrawn = document.status == WITHDRAWN
        change_status(session, document, target)
        document.reason, document.ended_on, document.successor = "", None, None
        if was_withdrawn:
            _put_passages(session, document.current, None)


def _line_of(document: PolicyDocument) -> set[str]:
    """Return the ids of a document and of all that came after it."""
    found: set[str] = set()
    one: PolicyDocument | None = document
    while one is not None and one.id not in found:
        found.add(one.id)
        one = one.successor
    return found


def digest_of(parsed: ParsedPolicy) -> str:
    return sha256(parsed.normalised.encode()).hexdigest()


def passage_document(version: PolicyVersion) -> str:
    """Return the name under which a version's passages are indexed."""
    return f"{version.document_id}@{version.number}"


def _add_version(session: Session, document: PolicyDocument, parsed: ParsedPolicy, digest: str) -> PolicyVersion:
    version = PolicyVersion(
        number=document.versions[-1].number + 1 if document.versions else 1,
        title=parsed.title,
        title_en=parsed.title_en,
        issuer=parsed.issuer,
        issued=parsed.issued,
        effective=parsed.effective,
        expires=parsed.expires,
        source=parsed.source,
        language=parsed.language,
        digest=digest,
        asides=[asdict(aside) for aside in parsed.asides],
        imported_at=clock.now(),
        articles=[
            Article(ordinal=a.ordinal, chapter=a.chapter, label=a.label, heading=a.heading, text=a.text)
            for a in parsed.articles
        ],
    )
    document.versions.append(version)
    session.add(document)
    session.flush()
    return version


def _put_passages(session: Session, version: PolicyVersion, previous: PolicyVersion | None) -> None:
    if previous is not None:
        delete_document(session, COLLECTION, passage_document(previous))
    pieces = [piece for article in version.articles for piece in _pieces(article)]
    put_document(session, COLLECTION, passage_document(version), pieces)


def _pieces(article: Article) -> Iterator[Piece]:
    """Yield the heading, then each sentence of the body, with offsets into the article's text."""
    yield Piece(article.heading, article.anchor, 0, len(article.heading))
    start = len(article.heading)
    for span in sentences(article.text[start:]):
        yield Piece(span.text, article.anchor, start + span.start, start + span.end)
