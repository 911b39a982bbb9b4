"""The lifecycles once more, written out by hand apart from the code: (state, verb) → (the next state, who may)."""

from collections.abc import Mapping

from accounts.rules import ALL_ROLES

Table = Mapping[tuple[str, str], tuple[str, frozenset[str]]]

# Nobody, somebody, the clock, and every role that an account can have.
ROLES = ("", "anyone", "signed-in", "system", *sorted(ALL_ROLES))

SYSTEM = frozenset({"system"})
OWNERS = SYSTEM | {"agency-owner", "enterprise-owner", "operator-owner", "auditor-owner"}
DRAFTERS = SYSTEM | {"agency-owner", "agency-approver", "agency-member"}
APPROVERS = SYSTEM | {"agency-owner", "agency-approver"}
REVIEWERS = SYSTEM | {"operator-owner", "operator-approver", "operator-member"}
ENTERPRISE_APPROVERS = SYSTEM | {"enterprise-owner", "enterprise-approver"}
ENTERPRISE_WRITERS = ENTERPRISE_APPROVERS | {"enterprise-member"}
PUBLISHERS = SYSTEM | {"operator-owner", "operator-approver"}

SCENARIO: Table = {
    ("draft", "submit"): ("in_review", APPROVERS),
    ("in_review", "recall"): ("draft", DRAFTERS),
    ("in_review", "return"): ("returned", REVIEWERS),
    ("returned", "submit"): ("in_review", APPROVERS),
    ("in_review", "approve"): ("approved", REVIEWERS),
    ("approved", "return"): ("returned", REVIEWERS),
    ("approved", "publish"): ("open", PUBLISHERS),
    ("open", "evaluate"): ("evaluating", APPROVERS),
    ("evaluating", "shortlist"): ("finalists", APPROVERS),
    ("finalists", "notice"): ("noticed", APPROVERS),
    ("noticed", "award"): ("awarded", APPROVERS),
    ("awarded", "pilot"): ("piloting", APPROVERS),
    ("piloting", "land"): ("landed", PUBLISHERS),
    ("awarded", "unaward"): ("finalists", APPROVERS),
    ("piloting", "unaward"): ("finalists", APPROVERS),
    **{
        (state, "fail"): ("failed", APPROVERS | PUBLISHERS)
        for state in ("open", "evaluating", "finalists", "noticed", "awarded", "piloting")
    },
    **{
        (state, "cancel"): ("cancelled", APPROVERS | PUBLISHERS)
        for state in ("draft", "in_review", "returned", "approved", "open", "evaluating", "finalists", "noticed")
    },
}
BATCH: Table = {
    ("draft", "schedule"): ("scheduled", PUBLISHERS),
    ("scheduled", "unschedule"): ("draft", PUBLISHERS),
    ("draft", "publish"): ("published", PUBLISHERS),
    ("scheduled", "publish"): ("published", PUBLISHERS),
}
QUESTION: Table = {
    ("asked", "answer"): ("answered", DRAFTERS),
    ("asked", "decline"): ("declined", APPROVERS),
    ("answered", "amend"): ("answered", DRAFTERS),
}
VERIFICATION: Table = {
    ("unverified", "apply"): ("pending", OWNERS),
    ("rejected", "apply"): ("pending", OWNERS),
    ("pending", "withdraw"): ("unverified", OWNERS),
    ("pending", "verify"): ("verified", PUBLISHERS),
    ("pending", "reject"): ("rejected", PUBLISHERS),
    ("verified", "revoke"): ("unverified", PUBLISHERS),
}
SOLUTION: Table = {
    ("draft", "publish"): ("published", ENTERPRISE_APPROVERS),
    ("published", "archive"): ("archived", ENTERPRISE_APPROVERS),
    ("draft", "archive"): ("archived", ENTERPRISE_WRITERS),
    ("archived", "restore"): ("draft", ENTERPRISE_WRITERS),
}
RESEARCH_NOTICE: Table = {
    ("draft", "publish"): ("open", ENTERPRISE_APPROVERS),
    ("open", "close"): ("closed", ENTERPRISE_WRITERS),
    ("draft", "close"): ("closed", ENTERPRISE_WRITERS),
}

BY_HAND: Mapping[str, Table] = {
    "scenario": SCENARIO,
    "batch": BATCH,
    "question": QUESTION,
    "verification": VERIFICATION,
    "solution": SOLUTION,
    "research_notice": RESEARCH_NOTICE,
}
