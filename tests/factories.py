"""Organisations, batches, scenarios and solutions for tests; what is published goes through the real operations."""

from datetime import timedelta

import factory
from factory.alchemy import SQLAlchemyModelFactory

from accounts.access.models import Person
from accounts.models import Membership, Organisation
from core import clock
from core.audit import SYSTEM
from core.extensions import db
from marketplace.solutions import operations as solutions
from marketplace.solutions.models import Solution
from marketplace.solutions.rules import Case, Facts
from scenario_catalog import operations
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.rules import Ground


class _Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_factory = staticmethod(lambda: db.session)
        sqlalchemy_session_persistence = "flush"


class OrganisationFactory(_Factory):
    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: f"agency-{n}")
    kind = "agency"
    name = factory.Sequence(lambda n: f"第{n}示范单位")
    district = "南山区"


class PersonFactory(_Factory):
    """Someone whose address is confirmed. There is no password: `PageClient.sign_in` needs none."""

    class Meta:
        model = Person

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    name = factory.Sequence(lambda n: f"第{n}人")
    confirmed_at = factory.LazyFunction(clock.now)


class MembershipFactory(_Factory):
    class Meta:
        model = Membership

    organisation = factory.SubFactory(OrganisationFactory)
    person = factory.SubFactory(PersonFactory)
    role = "member"
    created_at = factory.LazyFunction(clock.now)


def member(
    kind: str = "agency", role: str = "member", organisation: Organisation | None = None, *, verified: bool = True
) -> Person:
    """Return someone who belongs to `organisation`, or to a new one of this kind; the operator's have a second factor."""
    if organisation is None:
        organisation = OrganisationFactory(kind=kind, verification="verified" if verified else "unverified")
    person = PersonFactory()
    if organisation.kind == "operator":
        person.tf_primary_method, person.tf_totp_secret = "authenticator", "a secret for tests only"
    MembershipFactory(organisation=organisation, person=person, role=role)
    db.session.commit()
    return person


class BatchFactory(_Factory):
    class Meta:
        model = Batch

    title = factory.Sequence(lambda n: f"第{n}批清单")
    status = "draft"


class ScenarioFactory(_Factory):
    """A draft with every field filled in."""

    class Meta:
        model = Scenario

    title = factory.Sequence(lambda n: f"第{n}号场景")
    agency = factory.SubFactory(OrganisationFactory)
    system = "public-service"
    domain = "healthcare"
    background = "每天收到影像四千张，人工阅片积压六天。"
    scope = "自动初筛影像，提示可疑病灶；不改动现有设备。"
    indicators = factory.LazyFunction(lambda: ["敏感度≥95%", "单例用时≤30秒"])
    resources = "脱敏影像三万张。"
    district = "南山区"
    mode = "open_bidding"
    budget_min = 100
    budget_max = 200
    conditions = "有医疗影像项目经验。"
    acceptance = "连续试运行六十天。"
    deadline = factory.LazyFunction(lambda: clock.today() + timedelta(days=20))
    contact_name = "陈工"
    contact_phone = "0755-00001234"
    status = "draft"
    created_at = factory.LazyFunction(clock.now)
    updated_at = factory.LazyFunction(clock.now)


def approve(scenario: Scenario) -> Scenario:
    """Bring a draft to where a batch can publish it."""
    operations.move(db.session(), SYSTEM, scenario, "submit")
    operations.move(db.session(), SYSTEM, scenario, "approve")
    return scenario


def published(*scenarios: Scenario, demo: bool = False, title: str = "第一批清单") -> Batch:
    """Publish drafts as a batch, and commit."""
    batch = operations.create_batch(db.session(), SYSTEM, title, demo=demo)
    for scenario in scenarios:
        approve(scenario).batch = batch
    operations.publish_batch(db.session(), SYSTEM, batch)
    db.session.commit()
    return batch


def walk(scenario: Scenario, *verbs: str, reason: str = "") -> Scenario:
    """Move a published scenario on, after its closing day, and commit."""
    with clock.frozen(max(clock.now(), clock.end_of_day(scenario.deadline))):
        for verb in verbs:
            operations.move(db.session(), SYSTEM, scenario, verb, Ground(reason))
    db.session.commit()
    return scenario


class SolutionFactory(_Factory):
    """A draft with every field filled in, of a verified enterprise; what else is given are its facts."""

    class Meta:
        model = Solution

    organisation = factory.SubFactory(OrganisationFactory, kind="enterprise", verification="verified")
    name = factory.Sequence(lambda n: f"第{n}号管道测漏系统")
    summary = factory.Sequence(
        lambda n: f"给第{n}家供水企业做夜间测漏：消火栓上装拾振器，凌晨自动采集，模型分辨漏点与车流，定位到一米。"
    )
    capabilities = ("分辨漏水、用水和路面车流", "两点互相关定位，不停水")
    domains = ("smart-city",)
    indicators = ("定位误差≤1 米",)
    deployment = ("private_cloud", "edge")
    data_needs = "管网 GIS（脱敏）。"
    compute_needs = "一张 24GB 推理卡。"
    trl = 8
    cases = (Case("某区水务集团", 2025, "四个月找到 83 处漏点。", "验收报告"),)
    price_model = "按测点年费"

    @classmethod
    def _create(cls, *_nothing: object, **values: object) -> Solution:
        owner, demo = values.pop("organisation"), bool(values.pop("demo", False))
        return solutions.create(db.session(), SYSTEM, owner, None, Facts(**values), demo=demo)


def offered(*found: Solution) -> Solution:
    """Make drafts public, and commit; returns the first."""
    for solution in found:
        solutions.move(db.session(), SYSTEM, solution, "publish")
    db.session.commit()
    return found[0]
