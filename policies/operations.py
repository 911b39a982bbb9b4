"""Taking policy files in."""

from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256

from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from policies.facts import queries as facts_queries
from policies.facts.operations import propose
from policies.facts.reviewed import Table
from policies.models import Article, PolicyDocument, PolicyVersion
from policies.parser import ParsedPolicy, parse
from retrieval.operations import Piece, delete_document, put_document
from retrieval.text import sentences

COLLECTION = "policies"


def import_policy(session: Session, actor: Actor, text: str, table: Table | None = None) -> PolicyVersion:
    """Make the file's text the current version of its policy; a text that is current already changes nothing.

    `table` are its checked facts; all other figures become proposals. Raises PolicyFormatError with line and reason.
    """
    parsed = parse(text)
    digest = digest_of(parsed)
    document = session.get(PolicyDocument, parsed.id) or PolicyDocument(id=parsed.id)
    previous = document.versions[-1] if document.versions else None
    if previous is not None and previous.digest == digest:
        return previous
    added = _add_version(session, document, parsed, digest)
    _put_passages(session, added, previous)
    propose(session, added, previous, table)
    audit.record(session, actor, "import", "policy", parsed.id)
    return added


def propose_facts(session: Session, actor: Actor, version: PolicyVersion, table: Table | None = None) -> bool:
    """Give a version that was imported before facts were read its facts; return whether it had none."""
    if session.scalar(facts_queries.rows(version.id).limit(1)) is not None:
        return False
    propose(session, version, None, table)
    audit.record(session, actor, "propose_facts", "policy", version.document_id)
    return True


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
