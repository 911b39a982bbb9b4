"""Who may do what here."""

from accounts.rules import (
    AGENCY_APPROVERS,
    AGENCY_DRAFTERS,
    AGENCY_READERS,
    APPROVER,
    ENTERPRISE_READERS,
    ENTERPRISE_WRITERS,
    MEMBER,
    OPERATOR,
    OWNER,
    READER,
    having,
)
from core.access import Access
from core.registry import DeskItem
from scenario_catalog.questions import queries

# Whoever may act for an enterprise may ask, verified or not: a question binds nobody, and what it asks helps every
# bidder. Who asks is known to the log all the same, and the number of questions is limited.
ACCESS: tuple[Access, ...] = (
    Access("question.ask", "就场景公开提问", ENTERPRISE_WRITERS),
    Access(
        "question.list",
        "查看提问清单",
        AGENCY_READERS | ENTERPRISE_READERS | having(OPERATOR, OWNER, APPROVER, MEMBER, READER),
    ),
    Access("question.answer", "答复、补充答复", AGENCY_DRAFTERS, owner=queries.agency_of_question),
    Access("question.decline", "不予答复", AGENCY_APPROVERS, owner=queries.agency_of_question),
)

DESK: tuple[DeskItem, ...] = (DeskItem("提问与答复", "questions.desk", "question.list", 50, "info-circle"),)
