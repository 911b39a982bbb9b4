"""Taking a file in as a draft, saving, publishing and discarding it. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock, scanner
from core.audit import Actor
from core.errors import InvalidInputError
from core.file_types import check, clean_name, extension
from core.scanner import Outcome
from core.statuses import change_status
from policies import queries as policies
from policies.drafts import docx, markdown, queries
from policies.drafts.checking import problems_of
from policies.drafts.composing import compose, outline
from policies.drafts.guessing import about_from, identifier
from policies.drafts.models import PolicyDraft
from policies.drafts.rules import ABOUT, DRAFT, DRAFTED, LONGEST_TEXT, MOST_BYTES, MOST_PARAGRAPHS, Paragraph
from policies.drafts.sources import Reading
from policies.drafts.splitting import propose
from policies.models import PolicyDocument, PolicyVersion
from policies.operations import digest_of, import_policy
from policies.parser import parse
from policies.rules import WITHDRAWN

SUBJECT = "policy_draft"
READERS = {"md": markdown.read, "docx": docx.read}


class ChangedMeanwhileError(InvalidInputError):
    """Somebody else has saved the draft since it was loaded."""


def take_file(
    session: Session, actor: Actor, filename: str, data: bytes, document: PolicyDocument | None = None
) -> PolicyDraft:
    """Return the draft that a file gives: a change of `document`, or of the one that the file itself names.

    Raises InvalidInputError for a file that is too large, not what its name says, or cannot be read.
    """
    DRAFT.check(DRAFTED, "save", actor.role)
    name = clean_name(filename)
    reading = _read(name, data)
    _check_size([one.text for one in reading.settled or reading.sources])
    paragraphs = list(reading.settled) or propose(reading.sources)
    document = document or policies.document(reading.about.get("id", ""))
    about = _about(reading, paragraphs, name, document)
    made = PolicyDraft(filename=name, created_at=clock.now(), saved_at=clock.now(), revision=0, status=DRAFTED)
    made.about = about | {"notices": list(reading.notices), "document": document.id if document else ""}
    made.paragraphs = [asdict(one) for one in paragraphs]
    session.add(made)
    session.flush()
    audit.record(session, actor, "create", SUBJECT, made.id, after=audit.state(made))
    return made


def save(  # noqa: PLR0913 - who, what, from which revision, and the two parts of a draft
    session: Session,
    actor: Actor,
    draft: PolicyDraft,
    revision: int,
    *,
    about: Mapping[str, str],
    paragraphs: Sequence[Paragraph],
) -> None:
    """Keep what was typed. Raises ChangedMeanwhileError if it began from another revision, LifecycleError, InvalidInputError."""
    _turn(session, draft, revision)
    DRAFT.check(draft.status, "save", actor.role)
    _check_size([one.text for one in paragraphs])
    with audit.change(session, actor, "save", SUBJECT, draft):
        draft.about = {**draft.about, **{name: about.get(name, "") for name in ABOUT}}
        if document := draft.about["document"]:
            draft.about = {**draft.about, "id": document}
        draft.paragraphs = [asdict(one) for one in paragraphs]
        draft.revision, draft.saved_at = draft.revision + 1, clock.now()


def publish(session: Session, actor: Actor, draft: PolicyDraft, revision: int) -> PolicyVersion:
    """Make a draft the current version of its policy, found from the commit on in place of the one before.

    Raises ChangedMeanwhileError, LifecycleError, and InvalidInputError with what keeps it from being published.
    """
    _turn(session, draft, revision)
    target = DRAFT.check(draft.status, "publish", actor.role)
    text = publishable(session, draft)
    with audit.change(session, actor, "publish", SUBJECT, draft):
        made = import_policy(session, actor, text)
        draft.status, draft.version_id = target, made.id
    return made


def discard(session: Session, actor: Actor, draft: PolicyDraft) -> None:
    """Put a draft away for good; nothing of it becomes public. Raises LifecycleError."""
    target = DRAFT.check(draft.status, "discard", actor.role)
    with audit.change(session, actor, "discard", SUBJECT, draft):
        change_status(session, draft, target)
        draft.paragraphs = []


def publishable(session: Session, draft: PolicyDraft) -> str:
    """Return a draft in the strict format. Raises InvalidInputError with all that keeps it from being published."""
    about, paragraphs = about_of(draft), paragraphs_of(draft)
    wrong = [one.text for one in problems_of(about, paragraphs) if one.blocks]
    if wrong:
        raise InvalidInputError(wrong)
    text = compose(about, paragraphs)
    parsed = parse(text)
    if [one.text for one in parsed.articles] != [one.text for one in outline(paragraphs).articles]:
        raise InvalidInputError(_("发布的文本会与预览不同：请检查各段开头是否有“#”等标记"))
    document = session.get(PolicyDocument, parsed.id)
    if document is not None and document.id != draft.about["document"]:
        raise InvalidInputError(_("编号“%(id)s”已经用于另一份文件；如果这是它的新版本，请从那份文件导入", id=parsed.id))
    if document is not None and document.status == WITHDRAWN:
        raise InvalidInputError(_("这份文件已经撤下，请先恢复，再发布新版本"))
    if document is not None and document.current.digest == digest_of(parsed):
        raise InvalidInputError(_("与现在的第 %(n)s 版完全相同，不需要发布", n=document.current.number))
    return text


def about_of(draft: PolicyDraft) -> dict[str, str]:
    """Return what a draft's front matter says, each part as it was typed."""
    return {name: str(draft.about.get(name, "")) for name in ABOUT}


def paragraphs_of(draft: PolicyDraft) -> list[Paragraph]:
    return [Paragraph(one["role"], one["text"]) for one in draft.paragraphs]


def _read(name: str, data: bytes) -> Reading:
    ending = extension(name)
    if ending == "doc":
        raise InvalidInputError(_("不能读取旧的 .doc 文件：请用文字处理软件打开，另存为 .docx 后再导入"))
    if ending not in READERS:
        raise InvalidInputError(_("只能导入 .md 和 .docx 文件"))
    if len(data) > MOST_BYTES:
        raise InvalidInputError(
            _("文件超过 %(most)s MB，请拆分，或去掉其中的图片后再导入", most=MOST_BYTES // 1024 // 1024)
        )
    check(name, data)
    if scanner.is_configured() and scanner.scan(data).outcome is not Outcome.CLEAN:
        raise InvalidInputError(_("文件没有通过病毒扫描，或扫描服务暂时不可用，没有导入"))
    return READERS[ending](data)


def _about(
    reading: Reading, paragraphs: Sequence[Paragraph], filename: str, document: PolicyDocument | None
) -> dict[str, str]:
    known = _known(document.current) if document else {}
    said = {name: value for name, value in reading.about.items() if value}
    guessed = {} if reading.settled else about_from(paragraphs)
    about = {"language": "zh-CN", **known, **guessed, **said}
    if document is not None:
        about["id"] = document.id
    elif not about.get("id"):
        year = int(about["issued"][:4]) if about.get("issued", "")[:4].isdigit() else clock.today().year
        about["id"] = identifier(filename, queries.identifiers(), year)
    return {name: about.get(name, "") for name in ABOUT}


def _known(version: PolicyVersion) -> dict[str, str]:
    """Return what a new version mostly has in common with the one before: not its dates."""
    return {name: getattr(version, name) for name in ("title", "title_en", "issuer", "source", "language")}


def _check_size(texts: Sequence[str]) -> None:
    if not texts:
        raise InvalidInputError(_("文件里没有文字"))
    if len(texts) > MOST_PARAGRAPHS:
        raise InvalidInputError(_("文件超过 %(most)s 段，请拆分后再导入", most=MOST_PARAGRAPHS))
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise InvalidInputError(_("文件超过 %(most)s 字，请拆分后再导入", most=LONGEST_TEXT))


def _turn(session: Session, draft: PolicyDraft, revision: int) -> None:
    """Keep others out until the commit, and see what they have saved before."""
    audit.take_turn(session)
    session.refresh(draft)
    if draft.revision != revision:
        raise ChangedMeanwhileError(_("您打开之后，有人保存过这份草稿"))
