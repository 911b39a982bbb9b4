"""Accounts to try the site with, one for each role: made with the demonstration data, let in on this machine only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, url_for
from sqlalchemy.orm import Session

from accounts.access.models import Person
from accounts.access.people import hashed, new_second_factor, present_code
from accounts.models import Membership, Organisation
from accounts.operations import OrganisationFacts, ensure_organisation
from accounts.people import queries
from accounts.rules import (
    APPROVER,
    AUDITOR,
    ENTERPRISE,
    EVALUATOR,
    MEMBER,
    OPERATOR,
    OWNER,
    READER,
    UNVERIFIED,
    VERIFIED,
    label_of,
    role_of,
)
from core import audit, clock
from core.audit import Actor
from core.city import city
from core.extensions import db
from core.registry import Progress
from core.settings import settings

DEMO = Actor(id="demo", role="system")
# Known to everybody, and worth nothing where anybody else can reach the site: see Person.shut.
PASSWORD = "city-ai-demo-2026"  # noqa: S105
DOMAIN = "demo.example"
FILE = "demo-accounts.txt"

FIRST_AGENCY, SECOND_AGENCY, THIRD_AGENCY = "wanan-government-services", "pengwan-medical-group", "qianlan-finance"
VERIFIED_ENTERPRISE, NEW_ENTERPRISE = "demo-yunlan-ai", "demo-xinya-robotics"
OPERATOR_CODE, AUDITOR_CODE = "demo-operator", "demo-auditor"


@dataclass(frozen=True)
class Account:
    """An account to be made: `local` is the part of the address before the @."""

    local: str
    name: str
    organisation: str
    role: str

    @property
    def email(self) -> str:
        return f"{self.local}@{DOMAIN}"


ACCOUNTS: Sequence[Account] = (
    Account("operator.owner", "许岚", OPERATOR_CODE, OWNER),
    Account("operator.member", "邓舟", OPERATOR_CODE, MEMBER),
    Account("operator.evaluator", "陆衍", OPERATOR_CODE, EVALUATOR),
    Account("agency.owner", "沈澜", FIRST_AGENCY, OWNER),
    Account("agency.approver", "顾安", FIRST_AGENCY, APPROVER),
    Account("agency.member", "林溪", FIRST_AGENCY, MEMBER),
    Account("agency.reader", "何苗", FIRST_AGENCY, READER),
    Account("agency.evaluator", "方砚", FIRST_AGENCY, EVALUATOR),
    Account("agency2.member", "韩桥", SECOND_AGENCY, MEMBER),
    Account("agency3.approver", "潘砚秋", THIRD_AGENCY, APPROVER),
    Account("enterprise.owner", "罗衡", VERIFIED_ENTERPRISE, OWNER),
    Account("enterprise.member", "唐舒", VERIFIED_ENTERPRISE, MEMBER),
    Account("newcomer.owner", "钟启", NEW_ENTERPRISE, OWNER),
    Account("auditor", "严正", AUDITOR_CODE, MEMBER),
    Account("auditor.evaluator", "白露", AUDITOR_CODE, EVALUATOR),
)


@dataclass(frozen=True)
class Shown:
    """An account as the sign-in page shows it; `code` are the six digits of now, "" without a second factor."""

    email: str
    label: str
    organisation: str
    verified: bool
    code: str


def _facts() -> Mapping[str, OrganisationFacts]:
    """Return the invented organisations that are no agencies."""
    host = city().footer.host.removesuffix("（示例）")
    return {
        OPERATOR_CODE: OrganisationFacts(f"{host}（演示）", OPERATOR, OPERATOR_CODE, demo=True, verification=VERIFIED),
        AUDITOR_CODE: OrganisationFacts("澄观审计组（演示）", AUDITOR, AUDITOR_CODE, demo=True, verification=VERIFIED),
        VERIFIED_ENTERPRISE: OrganisationFacts(
            "云岚智能科技有限公司（演示）", ENTERPRISE, VERIFIED_ENTERPRISE, demo=True, verification=VERIFIED
        ),
        NEW_ENTERPRISE: OrganisationFacts(
            "新芽机器人有限公司（演示）", ENTERPRISE, NEW_ENTERPRISE, demo=True, verification=UNVERIFIED
        ),
    }


def seed(progress: Progress) -> None:
    """Make the accounts that are missing, where the demonstration data is loaded, and say which there are."""
    session = db.session()
    loaded = settings().demo_data and session.scalar(queries.demo_agency(FIRST_AGENCY)) is not None
    made = make(session) if loaded else 0
    session.commit()
    for line in _written():
        progress(line)
    progress(f"新建 {made} 个演示账号" if made else "没有新的演示账号")


def make(session: Session) -> int:
    """Make the accounts that are missing; returns how many. Needs the demonstration's agencies."""
    missing = [account for account in ACCOUNTS if session.scalar(queries.person_of(account.email)) is None]
    if not missing:
        return 0
    facts, password = _facts(), hashed(PASSWORD)
    for account in missing:
        organisation = (
            ensure_organisation(session, DEMO, facts[account.organisation])
            if account.organisation in facts
            else session.scalars(queries.demo_agency(account.organisation)).one()
        )
        _make(session, account, organisation, password)
    audit.record(session, DEMO, "load", "demo", "accounts")
    return len(missing)


def _make(session: Session, account: Account, organisation: Organisation, password: str) -> None:
    now = clock.now()
    person = Person(email=account.email, name=account.name, password=password, confirmed_at=now, demo=True)
    if organisation.kind == OPERATOR:
        new_second_factor(person)
    session.add(person)
    session.flush()
    session.add(Membership(organisation_id=organisation.id, person_id=person.id, role=account.role, created_at=now))
    session.flush()


def shown() -> list[Shown]:
    """Return the accounts as the sign-in page shows them: none where others can reach the site."""
    if not settings().demo_accounts:
        return []
    return [
        Shown(
            email=row.person.email,
            label=label_of(role_of(row.organisation.kind, row.role)),
            organisation=row.organisation.name,
            verified=row.organisation.verified,
            code=code_of(row.person),
        )
        for row in db.session.scalars(queries.demo_memberships())
    ]


def code_of(person: Person | None) -> str:
    """Return the six digits that an account to try the site with is asked for now, "" for any other account."""
    if person is None or not person.demo or person.shut or not person.has_second_factor:
        return ""
    return present_code(person)


def _written() -> list[str]:
    """Write the list that `make run` prints, or remove it; returns its lines."""
    path = Path(current_app.instance_path) / FILE
    people = shown()
    if not people:
        path.unlink(missing_ok=True)
        return []
    where = f"{settings().public_url}{_sign_in_path()}"
    lines = [f"演示账号（密码 {PASSWORD}，运营方的验证码见登录页 {where}）："]
    lines += [f"  {one.email:<32}{one.label} · {one.organisation}" for one in people]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lines


def _sign_in_path() -> str:
    with current_app.test_request_context():
        return url_for("security.login")
