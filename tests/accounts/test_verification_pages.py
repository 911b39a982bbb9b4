"""Verification at its pages: applied for by owners with a code and its proof, decided by the operator with reasons."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from accounts.access.models import Person
from accounts.models import Organisation, Verification
from core.audit import AuditEvent
from core.extensions import db
from core.files import StoredFile
from tests.core.documents import PDF
from tests.factories import OrganisationFactory, member
from tests.pages import PageClient, visible

OWN = "/desk/organisation/verification"
QUEUE = "/desk/verifications"
CODE, ANOTHER = "11100000000013338W", "91440300708461136T"


@pytest.fixture
def agency(app: Flask) -> Organisation:
    return OrganisationFactory(name="某区数据局")


@pytest.fixture
def owner(client: PageClient, agency: Organisation) -> Person:
    """The owner of an agency that is not verified, signed in."""
    person = member("agency", "owner", agency)
    client.sign_in(person)
    return person


@pytest.fixture
def operator(app: Flask) -> PageClient:
    return PageClient(app).sign_in(member("operator", "approver"))


def apply(client: PageClient, code: str = CODE, status: int = 303, **changes: object) -> TestResponse:
    typed = {"credit_code": code, "certificate": (BytesIO(PDF), "证书.pdf"), "note": "新设单位", **changes}
    return client.post(OWN, {name: value for name, value in typed.items() if value is not None}, status=status)


def asked() -> Verification:
    """Return the last application."""
    db.session.expire_all()
    found = db.session.scalars(select(Verification).order_by(Verification.id.desc()).limit(1))
    return found.one()


def decide(client: PageClient, decision: str, words: str = "", status: int = 303) -> TestResponse:
    return client.post(f"{QUEUE}/{asked().id}", {"decision": decision, "words": words}, status=status)


def standing(organisation: Organisation) -> tuple[str, str | None]:
    db.session.expire_all()
    return organisation.verification, organisation.credit_code


def verbs() -> list[str]:
    found = select(AuditEvent.verb).where(AuditEvent.subject_type == "verification").order_by(AuditEvent.id)
    return list(db.session.scalars(found))


def test_an_application_is_found_true(
    client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    assert "尚未认证" in visible(client.get("/desk"))
    apply(client, " 11100000-00001333８w ")
    assert "运营方审核后会通知您" in visible(client.get(OWN))
    assert standing(agency) == ("pending", None)
    assert "某区数据局" in visible(operator.get(QUEUE))
    assert "认证待审核" in visible(operator.get("/desk"))
    page = visible(operator.get(f"{QUEUE}/{asked().id}"))
    for shown in (CODE, "机构编制，行政区划 100000", "证书.pdf", "新设单位"):
        assert shown in page, shown
    decide(operator, "verified")
    assert standing(agency) == ("verified", CODE)
    assert "没有待审核的申请" in visible(operator.get(QUEUE))
    assert "已通过" in visible(operator.get(f"{QUEUE}?decided=1"))
    assert f"“某区数据局”已通过认证，统一社会信用代码 {CODE}" in visible(client.get(OWN))
    assert verbs() == ["apply", "verify"]


def test_an_application_is_turned_down_with_a_reason_and_made_again(
    client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    apply(client)
    for words in ("", "  \n "):
        assert "不予通过必须写明理由" in visible(decide(operator, "rejected", words, status=422))
    assert "请选择审核结论" in visible(decide(operator, "", "理由", status=422))
    assert standing(agency) == ("pending", None)
    decide(operator, "rejected", "证书已过期")
    assert standing(agency) == ("rejected", None)
    page = visible(client.get(OWN))
    assert "未通过" in page
    assert "证书已过期" in page
    assert "认证未通过，请补正后再次申请" in visible(client.get("/desk"))
    apply(client)
    assert "证书已过期" in visible(operator.get(f"{QUEUE}/{asked().id}")), (
        "earlier applications stand beside the new one"
    )
    decide(operator, "verified")
    assert standing(agency) == ("verified", CODE)
    assert verbs() == ["apply", "reject", "apply", "verify"]


@pytest.mark.parametrize(
    ("code", "changes", "told"),
    [
        ("", {}, "请填写统一社会信用代码"),
        ("111000000000133380", {}, "校验"),
        (CODE, {"certificate": None}, "请上传登记证书"),
        (CODE, {"certificate": (BytesIO(b"MZ, a program"), "证书.pdf")}, "证书.pdf"),
        (CODE, {"note": "长" * 2001}, "最多 2000 字"),
    ],
)
@pytest.mark.usefixtures("owner")
def test_what_is_wrong_with_an_application_is_told_and_what_was_typed_stays(
    client: PageClient, agency: Organisation, code: str, changes: dict[str, object], told: str
) -> None:
    response = apply(client, code, status=422, **changes)
    page = visible(response)
    assert told in page.partition("请检查以下内容")[2]
    assert f'value="{code}"' in response.get_data(as_text=True)
    assert str(changes.get("note", "新设单位")) in page
    assert standing(agency) == ("unverified", None)
    assert not db.session.scalars(select(Verification)).all()
    assert not db.session.scalars(select(StoredFile)).all(), "a file of an application that was not taken"


def test_an_application_is_decided_once(
    client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    apply(client)
    decide(operator, "rejected", "证书已过期")
    assert "这份申请已有处理结果" in visible(decide(operator, "verified", status=422))
    assert standing(agency) == ("rejected", None)


def test_one_code_belongs_to_one_organisation(
    app: Flask, client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    rival = OrganisationFactory(name="冒名的局")
    theirs = PageClient(app).sign_in(member("agency", "owner", rival))
    apply(theirs)
    first = asked().id
    apply(client)
    assert "“冒名的局”也用同一代码申请了认证" in visible(operator.get(f"{QUEUE}/{asked().id}"))
    decide(operator, "verified")
    page = visible(operator.get(f"{QUEUE}/{first}"))
    assert "这个代码已属于“某区数据局”，不能再通过" in page
    refused = operator.post(f"{QUEUE}/{first}", {"decision": "verified", "words": ""}, status=422)
    assert f"代码 {CODE} 已属于“某区数据局”" in visible(refused)
    assert standing(rival) == ("pending", None)
    other = OrganisationFactory(name="后来的局")
    late = PageClient(app).sign_in(member("agency", "owner", other))
    assert f"代码 {CODE} 已属于“某区数据局”" in visible(apply(late, status=422))


def test_an_application_is_taken_back(
    client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    apply(client)
    assert "“认证审核中”状态下不能执行“申请认证”" in visible(apply(client, status=422))
    client.post(f"{OWN}/withdraw", status=303)
    assert standing(agency) == ("unverified", None)
    assert "已撤回" in visible(client.get(OWN))
    assert "没有待审核的申请" in visible(operator.get(QUEUE))
    client.post(f"{OWN}/withdraw", status=303)
    assert "不能执行“撤回申请”" in visible(client.get(OWN)), "a second press says why nothing was done"


def test_a_verification_ends_when_the_code_changes_or_the_operator_says_why(
    client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    apply(client)
    decide(operator, "verified")
    client.post(f"{OWN}/renew", status=303)
    assert standing(agency) == ("unverified", None)
    apply(client, ANOTHER)
    decide(operator, "verified")
    assert standing(agency) == ("verified", ANOTHER)
    path = f"/desk/organisations/{agency.id}/revocation"
    assert "请写明理由" in visible(operator.post(path, {"words": ""}, status=422))
    operator.post(path, {"words": "单位已撤销"}, status=303)
    assert standing(agency) == ("unverified", None)
    assert "单位已撤销" in visible(client.get(OWN))
    assert verbs() == ["apply", "verify", "renew", "apply", "verify", "revoke"]


def test_evidence_is_for_the_applicants_owners_and_the_operator(
    app: Flask, client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    apply(client, mandate=(BytesIO(PDF), "授权书.pdf"))
    files = asked().evidence
    assert len(files) == 2
    for file in files:
        path = f"/desk/evidence/{asked().id}/{file}"
        for reader in (client, operator):
            response = reader.get(path)
            assert response.data == PDF
            assert response.headers["Content-Disposition"].startswith("attachment")
            response.close()
        PageClient(app).sign_in(member("agency", "owner")).get(path, status=404)
        PageClient(app).sign_in(member("agency", "approver", agency)).get(path, status=403)
        PageClient(app).get(path, status=303)
    other = OrganisationFactory(name="另一个局")
    theirs = PageClient(app).sign_in(member("agency", "owner", other))
    apply(theirs, ANOTHER)
    theirs.get(f"/desk/evidence/{asked().id}/{files[0]}", status=404)


def test_who_may_apply_look_and_decide(
    app: Flask, client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    apply(client)
    colleague = PageClient(app).sign_in(member("agency", "approver", agency))
    colleague.get(OWN, status=403)
    apply(colleague, status=403)
    assistant = PageClient(app).sign_in(member("operator", "member"))
    assert "由运营方的管理员或审批人作出审核结论" in visible(assistant.get(f"{QUEUE}/{asked().id}"))
    decide(assistant, "verified", status=403)
    for path in (QUEUE, f"{QUEUE}/{asked().id}"):
        client.get(path, status=403)
    decide(client, "verified", status=403)
    assert standing(agency) == ("pending", None)
    operator.get(f"{QUEUE}/999", status=404)
    operator.post(f"{QUEUE}/999", {"decision": "verified"}, status=404)


def test_another_organisation_sees_its_own_standing_only(
    app: Flask, client: PageClient, owner: Person, agency: Organisation, operator: PageClient
) -> None:
    apply(client)
    decide(operator, "rejected", "证书已过期")
    stranger = PageClient(app).sign_in(member("enterprise", "owner", verified=False))
    page = visible(stranger.get(OWN))
    assert CODE not in page
    assert "证书已过期" not in page
    stranger.post(f"{OWN}/withdraw", status=303)
    assert standing(agency) == ("rejected", None)
