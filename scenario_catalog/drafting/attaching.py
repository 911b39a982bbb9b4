"""The documents of a need while it may be changed. Callers own the transaction."""

from collections.abc import Sequence
from typing import Literal

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from core import audit, clock, files
from core.audit import Actor
from core.errors import InvalidInputError
from scenario_catalog import operations as catalog
from scenario_catalog import queries as catalog_queries
from scenario_catalog.columns import TITLE_LENGTH
from scenario_catalog.drafting.operations import refuse_unless_editable
from scenario_catalog.models import Attachment, Scenario

MOST = 20
Way = Literal["up", "down"]


def attach(session: Session, actor: Actor, scenario: Scenario, upload: FileStorage, title: str) -> Attachment:
    """Take a file in as the last document; without a title it bears the file's name.

    Raises InvalidInputError for a file that cannot be taken: see `core.files.accept`.
    """
    present = _open(session, scenario)
    if len(present) >= MOST:
        raise InvalidInputError(_("最多 %(n)s 个附件，请合并或打包后再传", n=MOST))
    _refuse_long(title)
    stored = files.accept(session, upload, purpose="attachment", organisation_id=scenario.agency_id)
    if any(one.file.digest == stored.digest for one in present):
        raise InvalidInputError(_("“%(name)s”已经传过了", name=stored.name))
    made = Attachment(scenario_id=scenario.id, file=stored, title=(title or stored.name)[:TITLE_LENGTH])
    made.position, made.added_at = max((one.position for one in present), default=0) + 1, clock.now()
    session.add(made)
    session.flush()
    audit.record(session, actor, "attach", "attachment", made.id, after=audit.state(made))
    return made


def retitle(session: Session, actor: Actor, scenario: Scenario, attachment: Attachment, title: str) -> None:
    _open(session, scenario)
    if not title:
        raise InvalidInputError(_("附件名称不能为空"))
    _refuse_long(title)
    with audit.change(session, actor, "retitle", "attachment", attachment):
        attachment.title = title


def shift(session: Session, actor: Actor, scenario: Scenario, attachment: Attachment, way: Way) -> None:
    """Move a document one place up or down; at the end of the list nothing changes."""
    order = [*_open(session, scenario)]
    place = next(place for place, one in enumerate(order) if one.id == attachment.id)
    other = place + (-1 if way == "up" else 1)
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        for position, one in enumerate(order, 1):
            one.position = position
        session.flush()
        audit.record(session, actor, "shift", "attachment", attachment.id)


def remove(session: Session, actor: Actor, scenario: Scenario, attachment: Attachment) -> None:
    """Take a document out, its bytes too."""
    _open(session, scenario)
    attachment.removed_at = clock.now()
    files.erase(session, attachment.file, _("由需求单位移除"))
    audit.record(session, actor, "remove", "attachment", attachment.id)


def _open(session: Session, scenario: Scenario) -> Sequence[Attachment]:
    """Keep other writers out, and return the documents of a need that may be changed."""
    catalog.hold(session, scenario)
    refuse_unless_editable(scenario)
    return catalog_queries.attachments(scenario)


def _refuse_long(title: str) -> None:
    if len(title) > TITLE_LENGTH:
        raise InvalidInputError(_("附件名称最多 %(n)s 字", n=TITLE_LENGTH))
