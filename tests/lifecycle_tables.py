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
ANY = SYSTEM | ALL_ROLES

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
    ("noticed", "reopen"): ("finalists", APPROVERS),
    ("open", "record"): ("awarded", PUBLISHERS),
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
SEAL: Table = {
    ("preparing", "complete"): ("ready", ANY),
    ("ready", "open"): ("opened", ANY),
    ("opened", "ask_price"): ("price_due", APPROVERS),
    ("price_due", "open_prices"): ("priced", ANY),
    **{
        (state, "destroy"): ("destroyed", APPROVERS | PUBLISHERS)
        for state in ("preparing", "ready", "opened", "price_due")
    },
}
BID: Table = {
    ("draft", "submit"): ("submitted", ENTERPRISE_APPROVERS),
    ("withdrawn", "submit"): ("submitted", ENTERPRISE_APPROVERS),
    ("submitted", "withdraw"): ("withdrawn", ENTERPRISE_APPROVERS),
    ("submitted", "reconfirm"): ("submitted", ENTERPRISE_APPROVERS),
    ("submitted", "unseal"): ("unsealed", SYSTEM),
    ("submitted", "lapse"): ("lapsed", SYSTEM),
    ("submitted", "return"): ("returned_unopened", SYSTEM),
    ("unsealed", "shortlist"): ("finalist", APPROVERS),
    ("unsealed", "reject"): ("not_selected", APPROVERS),
    ("finalist", "reject"): ("not_selected", APPROVERS),
    ("unsealed", "disqualify"): ("disqualified", APPROVERS),
    ("finalist", "disqualify"): ("disqualified", APPROVERS),
    ("finalist", "select"): ("selected", APPROVERS),
    ("selected", "default"): ("defaulted", APPROVERS),
    ("selected", "reinstate"): ("finalist", APPROVERS),
    ("not_selected", "reinstate"): ("finalist", APPROVERS),
}
BID_PARTNER: Table = {
    ("invited", "accept"): ("accepted", ENTERPRISE_APPROVERS),
    ("invited", "decline"): ("declined", ENTERPRISE_APPROVERS),
    ("accepted", "leave"): ("left", ENTERPRISE_APPROVERS),
    ("invited", "remove"): ("removed", ENTERPRISE_WRITERS),
    ("accepted", "remove"): ("removed", ENTERPRISE_WRITERS),
    ("declined", "ask"): ("invited", ENTERPRISE_WRITERS),
    ("left", "ask"): ("invited", ENTERPRISE_WRITERS),
    ("removed", "ask"): ("invited", ENTERPRISE_WRITERS),
}
POLICY: Table = {
    ("in_force", "supersede"): ("superseded", REVIEWERS),
    ("in_force", "withdraw"): ("withdrawn", REVIEWERS),
    ("superseded", "withdraw"): ("withdrawn", REVIEWERS),
    ("superseded", "restore"): ("in_force", REVIEWERS),
    ("withdrawn", "restore"): ("in_force", REVIEWERS),
}
POLICY_DRAFT: Table = {
    ("draft", "save"): ("draft", REVIEWERS),
    ("draft", "publish"): ("published", REVIEWERS),
    ("draft", "discard"): ("discarded", REVIEWERS),
}
POLICY_FACT: Table = {
    ("proposed", "confirm"): ("confirmed", REVIEWERS),
    ("proposed", "correct"): ("confirmed", REVIEWERS),
    ("proposed", "reject"): ("rejected", REVIEWERS),
    ("confirmed", "correct"): ("confirmed", REVIEWERS),
    ("confirmed", "reject"): ("rejected", REVIEWERS),
    ("rejected", "confirm"): ("confirmed", REVIEWERS),
    ("rejected", "correct"): ("confirmed", REVIEWERS),
}
JUDGES = SYSTEM | {"agency-evaluator", "operator-evaluator", "auditor-evaluator"}

EVALUATION: Table = {
    ("preparing", "begin"): ("scoring", APPROVERS),
    ("scoring", "close_scores"): ("consensus", APPROVERS),
    ("consensus", "reopen"): ("scoring", APPROVERS),
    ("consensus", "agree"): ("agreed", APPROVERS),
    ("agreed", "rank"): ("ranked", APPROVERS),
}
PANEL_MEMBER: Table = {
    ("invited", "declare"): ("declared", JUDGES),
    ("invited", "recuse"): ("recused", JUDGES | APPROVERS),
    ("declared", "recuse"): ("recused", JUDGES | APPROVERS),
    ("invited", "remove"): ("removed", APPROVERS),
    ("declared", "remove"): ("removed", APPROVERS),
    ("declared", "release"): ("released", APPROVERS),
    ("removed", "appoint"): ("invited", APPROVERS),
}
SCORE_SHEET: Table = {("draft", "submit"): ("submitted", JUDGES)}
AWARD: Table = {
    ("noticed", "award"): ("awarded", APPROVERS),
    ("noticed", "withdraw"): ("withdrawn", APPROVERS),
    ("awarded", "unaward"): ("withdrawn", APPROVERS),
}
OBJECTION: Table = {
    ("raised", "reject"): ("rejected", APPROVERS),
    ("raised", "uphold"): ("upheld", APPROVERS),
}
LANDING: Table = {
    ("under_way", "send_back"): ("returned", PUBLISHERS),
    ("returned", "resubmit"): ("under_way", APPROVERS),
}
MILESTONE: Table = {
    ("scheduled", "meet"): ("met", APPROVERS),
    ("scheduled", "meet_partly"): ("partially_met", APPROVERS),
    ("scheduled", "miss"): ("not_met", APPROVERS),
    ("partially_met", "meet"): ("met", APPROVERS),
    ("not_met", "meet"): ("met", APPROVERS),
}

BY_HAND: Mapping[str, Table] = {
    "scenario": SCENARIO,
    "batch": BATCH,
    "question": QUESTION,
    "verification": VERIFICATION,
    "solution": SOLUTION,
    "research_notice": RESEARCH_NOTICE,
    "policy": POLICY,
    "policy_draft": POLICY_DRAFT,
    "policy_fact": POLICY_FACT,
    "landing": LANDING,
    "milestone": MILESTONE,
    "evaluation": EVALUATION,
    "panel_member": PANEL_MEMBER,
    "score_sheet": SCORE_SHEET,
    "award": AWARD,
    "objection": OBJECTION,
    "seal": SEAL,
    "bid": BID,
    "bid_partner": BID_PARTNER,
}
