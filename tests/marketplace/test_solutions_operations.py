"""Registering, saving, publishing and archiving: versions, passages, what is refused, and what the log is told."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from accounts.models import Organisation
from core.audit import SYSTEM, Actor, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.solutions import operations, queries, rules
from marketplace.solutions.models import EnterpriseProfile, Solution, SolutionVersion
from marketplace.solutions.operations import Profile, StaleError
from marketplace.solutions.rules import Facts
from retrieval.models import Passage
from tests.factories import OrganisationFactory, SolutionFactory, member, offered


@pytest.fixture
def solution(app: Flask) -> Solution:
    found = SolutionFactory()
    db.session.commit()
    return found


def facts_of(solution: Solution, **changes: object) -> Facts:
    return rules.facts_of({**solution.content, **changes})


def save(solution: Solution, began_from: int, **changes: object) -> bool:
    return operations.save(db.session(), SYSTEM, solution, None, facts_of(solution, **changes), began_from)


def passages(collection: str) -> list[str]:
    return list(db.session.scalars(select(Passage.text).where(Passage.collection == collection).order_by(Passage.id)))


def verbs(subject: str = "solution") -> list[str]:
    found = select(AuditEvent.verb).where(AuditEvent.subject_type == subject).order_by(AuditEvent.id)
    return list(db.session.scalars(found))


def test_each_save_is_a_version_and_one_that_changes_nothing_is_none(solution: Solution) -> None:
    assert save(solution, 1, price_model="面议")
    assert not save(solution, 2)
    assert not save(solution, 1)  # what another one saved just so is no conflict
    versions = queries.versions(solution.id)
    assert [(one.number, one.content["price_model"]) for one in versions] == [(2, "面议"), (1, "按测点年费")]
    assert verbs() == ["create", "save"]


def test_a_save_from_an_older_version_writes_nothing(solution: Solution) -> None:
    save(solution, 1, price_model="面议")
    db.session.commit()
    with pytest.raises(StaleError):
        save(solution, 1, price_model="免费")
    db.session.rollback()
    assert (solution.revision, solution.content["price_model"]) == (2, "面议")


def test_terms_follow_the_facts(solution: Solution) -> None:
    save(solution, 1, domains=["healthcare", "smart-city"], deployment=[])
    assert {(term.kind, term.code) for term in solution.terms} == {("domain", "healthcare"), ("domain", "smart-city")}


def test_what_is_public_is_found_and_what_is_not_is_not(solution: Solution) -> None:
    assert passages("solutions") == []
    offered(solution)
    assert "两点互相关定位，不停水" in passages("solutions")
    assert [solution.name in whole for whole in passages("solution-wholes")] == [True]
    save(solution, 1, capabilities=["识别施工破坏"])
    assert "识别施工破坏" in passages("solutions")
    assert "两点互相关定位，不停水" not in passages("solutions")
    operations.move(db.session(), SYSTEM, solution, "archive")
    assert passages("solutions") == passages("solution-wholes") == []


def test_a_public_solution_may_not_say_too_little(solution: Solution) -> None:
    offered(solution)
    with pytest.raises(InvalidInputError, match="核心能力"):
        save(solution, 1, capabilities=[])


def test_only_a_verified_enterprise_with_a_full_text_publishes(app: Flask) -> None:
    bare = SolutionFactory(capabilities=())
    newcomer = SolutionFactory(organisation=OrganisationFactory(kind="enterprise"))
    with pytest.raises(LifecycleError, match="核心能力"):
        operations.move(db.session(), SYSTEM, bare, "publish")
    with pytest.raises(LifecycleError, match="尚未认证"):
        operations.move(db.session(), SYSTEM, newcomer, "publish")
    assert (bare.status, newcomer.status) == ("draft", "draft")


def test_a_member_archives_a_draft_but_not_what_is_public(solution: Solution) -> None:
    writer = Actor("p", "enterprise-member", str(solution.organisation_id))
    operations.move(db.session(), writer, solution, "archive")
    operations.move(db.session(), writer, solution, "restore")
    offered(solution)
    with pytest.raises(LifecycleError, match="当前身份"):
        operations.move(db.session(), writer, solution, "archive")


def test_what_is_archived_is_not_changed(solution: Solution) -> None:
    operations.move(db.session(), SYSTEM, solution, "archive")
    with pytest.raises(InvalidInputError, match="恢复为草稿"):
        save(solution, 1, price_model="面议")
    with pytest.raises(InvalidInputError, match="恢复为草稿"):
        attach(solution, b"%PDF-1.4 a")


def test_the_same_text_or_name_is_registered_once(solution: Solution) -> None:
    owner, other = solution.organisation, OrganisationFactory(kind="enterprise")
    again = facts_of(solution, price_model="面议")
    with pytest.raises(InvalidInputError, match="本企业已登记过名为"):
        operations.create(db.session(), SYSTEM, owner, None, again)
    with pytest.raises(InvalidInputError, match="已有企业登记过文字相同"):
        operations.create(db.session(), SYSTEM, other, None, again)
    second = SolutionFactory(organisation=owner)
    with pytest.raises(InvalidInputError, match="已登记过名为"):
        save(second, 1, name=solution.name.upper())


def test_what_was_registered_again_meanwhile_is_not_restored(solution: Solution) -> None:
    operations.move(db.session(), SYSTEM, solution, "archive")
    operations.create(db.session(), SYSTEM, solution.organisation, None, facts_of(solution))
    with pytest.raises(InvalidInputError, match="已登记过名为"):
        operations.move(db.session(), SYSTEM, solution, "restore")


def attach(solution: Solution, data: bytes, title: str = "", name: str = "报告.pdf"):
    upload = FileStorage(BytesIO(data), filename=name)
    return operations.attach(db.session(), SYSTEM, solution, upload, title)


def test_documents_are_taken_once_and_not_without_end(solution: Solution) -> None:
    assert attach(solution, b"%PDF-1.4 0", "检测报告").title == "检测报告"
    assert attach(solution, b"%PDF-1.4 1").title == "报告.pdf"
    with pytest.raises(InvalidInputError, match="已经传过"):
        attach(solution, b"%PDF-1.4 0")
    with pytest.raises(InvalidInputError, match="附件名称最多 120 字"):
        attach(solution, b"%PDF-1.4 2", "长" * 121)
    for number in range(2, 10):
        attach(solution, f"%PDF-1.4 {number}".encode())
    with pytest.raises(InvalidInputError, match="最多 10 个附件"):
        attach(solution, b"%PDF-1.4 10")


def test_a_document_that_is_removed_is_erased(solution: Solution) -> None:
    added = attach(solution, b"%PDF-1.4 0")
    stored = added.file
    operations.detach(db.session(), SYSTEM, solution, added)
    assert (stored.state, solution.attachments) == ("erased", [])


def test_a_profile_is_made_once_and_changed_after(app: Flask) -> None:
    owner: Organisation = OrganisationFactory(kind="enterprise")
    for size in ("small", "medium"):
        operations.describe(db.session(), SYSTEM, owner, Profile("做测漏。", "", "", size, 2016, ["甲"], [], "备1", ""))
    db.session.commit()
    found = db.session.scalars(select(EnterpriseProfile)).one()
    assert (found.size, found.founded, found.qualifications, owner.summary) == ("medium", 2016, ["甲"], "做测漏。")
    assert verbs("enterprise_profile") == ["describe", "describe"]


def test_a_notice_is_drafted_published_and_closed(app: Flask) -> None:
    owner = OrganisationFactory(kind="enterprise", verification="verified")
    notice = operations.write_notice(db.session(), SYSTEM, owner, "寻求联合研发", "共建模型")
    operations.save_notice(db.session(), SYSTEM, notice, "寻求联合研发：漏损", "共建漏损模型")
    operations.move_notice(db.session(), SYSTEM, notice, "publish")
    with pytest.raises(InvalidInputError, match="不能修改"):
        operations.save_notice(db.session(), SYSTEM, notice, "改", "改")
    assert db.session.scalars(queries.public_notices()).all() == [notice]
    operations.move_notice(db.session(), SYSTEM, notice, "close")
    assert db.session.scalars(queries.public_notices()).all() == []
    owner.verification = "unverified"
    second = operations.write_notice(db.session(), SYSTEM, owner, "寻求", "共建")
    with pytest.raises(LifecycleError, match="尚未认证"):
        operations.move_notice(db.session(), SYSTEM, second, "publish")


def test_who_saved_is_named_no_more_once_the_account_is_erased(solution: Solution) -> None:
    person = member("enterprise", organisation=solution.organisation)
    facts = facts_of(solution, price_model="面议")
    operations.save(db.session(), SYSTEM, solution, person.id, facts, 1)
    operations.forget(db.session(), person.id)
    db.session.commit()
    assert {*db.session.scalars(select(SolutionVersion.person_id))} == {None}
