"""The corpus desk: a file comes in, is corrected beside its preview, published; two people, bad files, versions."""

import re
import time
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from core.audit import SYSTEM, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from policies import queries
from policies.drafts.models import PolicyDraft
from policies.drafts.operations import ChangedMeanwhileError, publish, save, take_file
from policies.drafts.rules import Paragraph
from policies.facts.queries import stamps
from policies.models import PolicyVersion
from policies.operations import import_policy
from retrieval.models import Passage
from tests.factories import member
from tests.pages import visible
from tests.policies.documents import worded

PLAN_FILE = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md")
PLAN, PLAN_ID = PLAN_FILE.read_text(encoding="utf-8"), "shenzhen-ai-pioneer-city-2024"
NEW, INDEX = "/desk/policies/drafts/new", "/desk/policies"
MEASURES = (
    "临海市算力补贴办法",
    "第一章 总则",
    "第一条 为了支持算力应用，制定本办法。",
    "第二条 对符合条件的企业给予最高３００万元补贴。",
    "第二章 附则",
    "第三条 本办法自2025年3月1日起施行，有效期三年。",
    "临海市工业和信息化局",
    "2025年2月10日",
)


@pytest.fixture
def operator(client):
    person = member("operator", "member")
    db.session.commit()
    return client.sign_in(person)


def upload(client, name: str, data: bytes, document: str = "", status: int = 303):
    form = {"file": (BytesIO(data), name), "document": document}
    return client.post(NEW, data=form, content_type="multipart/form-data", status=status)


def taken(client, name: str = "算力.docx", data: bytes = b"", document: str = "") -> str:
    """Take a file in and return the address of its draft."""
    return upload(client, name, data or worded(*MEASURES), document).headers["Location"]


def sent(draft: PolicyDraft, **changes: str) -> dict[str, str]:
    """Return what the form of a draft sends; None takes a field out."""
    form = {"revision": str(draft.revision)}
    form |= {name: str(value) for name, value in draft.about.items() if name not in {"notices", "document"}}
    for place, one in enumerate(draft.paragraphs):
        form |= {f"role-{place}": one["role"], f"text-{place}": one["text"]}
    return form | changes


def draft(number: int = 1) -> PolicyDraft:
    db.session.expire_all()
    return db.session.get_one(PolicyDraft, number)


def paragraphs(number: int = 1) -> list[tuple[str, str]]:
    return [(one["role"], one["text"]) for one in draft(number).paragraphs]


def test_a_word_file_becomes_a_draft_and_then_a_policy(operator):
    address = taken(operator)
    page = operator.get(address)
    shown = visible(page)
    assert "2 章 3 条" in shown
    assert "个全角字母数字、部首等字符改成了通用写法" in shown
    about = draft().about
    assert (about["issuer"], about["issued"]) == ("临海市工业和信息化局", "2025-02-10")
    assert (about["effective"], about["expires"]) == ("2025-03-01", "2028-02-29")
    assert "算力补贴办法" in visible(operator.get(INDEX))
    assert "待发布" in visible(operator.get("/desk"))
    form = sent(draft(), id="linhai-computing-2025", do="publish")
    checked = operator.post(address, data=form, status=303).headers["Location"]
    assert "第二条" not in visible(operator.get(checked))
    done = operator.post(checked, data={"revision": draft().revision}, status=303)
    assert done.headers["Location"] == f"{INDEX}/linhai-computing-2025"
    version = queries.current_version("linhai-computing-2025")
    assert [one.label for one in version.articles] == ["第一条", "第二条", "第三条"]
    assert "300万元" in version.articles[1].text
    assert version.effective.isoformat() == "2025-03-01"
    assert "临海市工业和信息化局" in version.asides[-1]["text"]
    assert draft().version_id == version.id
    assert "临海市工业和信息化局" in visible(operator.get("/policies/linhai-computing-2025"))
    verbs = [(one.verb, one.subject_type) for one in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert verbs[-4:] == [
        ("create", "policy_draft"), ("save", "policy_draft"), ("import", "policy"), ("publish", "policy_draft"),
    ]  # fmt: skip


def test_the_plan_comes_in_to_the_letter_and_says_that_nothing_changed(operator):
    import_policy(db.session(), SYSTEM, PLAN)
    db.session.commit()
    address = taken(operator, "plan.md", PLAN.encode())
    assert "6 章 22 条" in visible(operator.get(address))
    assert "标准格式，按原样收入" in visible(operator.get(address))
    assert "各项内容均未变化" in visible(operator.get(f"{address}/publish"))
    page = operator.post(f"{address}/publish", data={"revision": 0}, status=422)
    assert "与现在的第 1 版完全相同" in visible(page)


def test_paragraphs_are_corrected(operator):
    address = taken(operator)
    form = sent(draft())
    form |= {
        "role-0": "aside",
        "text-3": "第二条 补贴。\n\n对企业给予补贴。\n\n第二条之一 期限。",
        "join-7": "1",
        "text-4": " ",
    }
    operator.post(address, data=form, status=303)
    assert paragraphs()[0][0] == "aside"
    assert paragraphs()[3:] == [
        ("article", "第二条 补贴。"),
        ("body", "对企业给予补贴。"),
        ("article", "第二条之一 期限。"),
        ("article", "第三条 本办法自2025年3月1日起施行，有效期三年。"),
        ("aside", "临海市工业和信息化局2025年2月10日"),
    ]


def test_the_paragraphs_can_be_proposed_anew(operator):
    address = taken(operator)
    form = sent(draft()) | {f"role-{place}": "body" for place in range(8)}
    operator.post(address, data=form, status=303)
    assert {role for role, _ in paragraphs()} == {"body"}
    assert "至少把一个段落设为“条”" in visible(operator.get(address))
    operator.post(address, data=sent(draft(), do="propose"), status=303)
    assert [role for role, _ in paragraphs()][:3] == ["title", "chapter", "article"]


def test_the_preview_shows_what_is_typed_and_keeps_nothing(operator):
    address = taken(operator)
    before = paragraphs()
    form = sent(draft(), **{"text-3": "第五条 跳号。", "text-2": "第一条 空的"})
    page = operator.raw.post(f"{address}/preview", data=form, headers={"HX-Request": "true"})
    body = page.get_data(as_text=True)
    assert body.lstrip().startswith("<div")
    assert "编号跳到了“第五条”，上一个是“第一条”" in body
    assert "“第一条 空的”没有内容" in body
    assert paragraphs() == before


def test_the_second_of_two_people_is_told_and_loses_nothing(operator):
    address = taken(operator)
    mine = sent(draft(), **{"text-0": "我的标题"})
    operator.post(address, data=sent(draft(), **{"text-0": "对方的标题"}), status=303)
    page = operator.post(address, data=mine, status=409)
    assert "没有保存：您打开之后，有人保存过这份草稿" in visible(page)
    assert "我的标题" in page.get_data(as_text=True)
    assert paragraphs()[0][1] == "对方的标题"
    revision = re.search(r'name="revision" value="(\d+)"', page.get_data(as_text=True))[1]
    operator.post(address, data=mine | {"revision": revision}, status=303)
    assert paragraphs()[0][1] == "我的标题"


def test_what_was_seen_is_what_is_published(operator):
    address = taken(operator)
    operator.post(address, data=sent(draft()), status=303)
    page = operator.post(f"{address}/publish", data={"revision": 0}, status=422)
    assert "有人保存过这份草稿" in visible(page)
    assert queries.current_version(draft().about["id"]) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "大写 ID"}, "只能用小写英文字母"),
        ({"title": "长" * 256}, "最多 255 字"),
        ({"expires": "2024-01-01"}, "不能早于施行日期"),
        ({"issued": "昨天"}, "请写成 2025-03-01 这样的日期"),
    ],
)
def test_a_wrong_field_is_told_and_everything_typed_is_kept(operator, changes, message):
    address = taken(operator)
    page = operator.post(address, data=sent(draft(), **changes, **{"text-1": "第一章 改过的"}), status=422)
    assert message in visible(page)
    body = page.get_data(as_text=True)
    assert "第一章 改过的" in body
    assert next(iter(changes.values())) in body
    assert draft().revision == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": ""}, "文件头缺少 id"),
        ({"title": ""}, "文件头缺少 title"),
        ({"text-3": "第一条 又是第一条。"}, "条文编号“第一条”重复"),
        ({"text-3": "第二条 空的"}, "没有内容"),
        ({"text-1": "第一章" + "长" * 300}, "标题超过 255 字"),
    ],
)
def test_a_draft_that_is_not_ready_is_not_published(operator, changes, message):
    address = taken(operator)
    operator.post(address, data=sent(draft(), **changes), status=303)
    assert message in visible(operator.get(f"{address}/publish"))
    page = operator.post(f"{address}/publish", data={"revision": draft().revision}, status=422)
    assert message in visible(page)


def test_an_id_that_is_taken_is_refused(operator):
    import_policy(db.session(), SYSTEM, PLAN)
    db.session.commit()
    address = taken(operator)
    operator.post(address, data=sent(draft(), id=PLAN_ID), status=303)
    page = operator.post(f"{address}/publish", data={"revision": 1}, status=422)
    assert "已经用于另一份文件" in visible(page)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("旧.doc", b"\xd0\xcf\x11\xe0", "不能读取旧的 .doc 文件"),
        ("文.pdf", b"%PDF-1.7", "只能导入 .md 和 .docx 文件"),
        ("文.docx", b"PK\x03\x04broken", "与扩展名 .docx 不符"),
        ("文.docx", b"\xd0\xcf\x11\xe0", "旧格式或加了密码"),
        ("文.md", b"\x00\x01", "与扩展名 .md 不符"),
        ("文.md", b" \n", "文件里没有文字"),
        ("文.md", ("字\n" * 2001).encode(), "文件超过 2000 段"),
    ],
)
def test_bad_files_are_refused_with_a_reason(operator, name, data, message):
    assert message in visible(upload(operator, name, data, status=422))
    assert db.session.scalar(select(PolicyDraft)) is None


def test_a_file_that_is_too_large_is_refused(app):
    with pytest.raises(InvalidInputError, match="文件超过 10 MB"):
        take_file(db.session(), SYSTEM, "x.md", b"x" * (10 * 1024 * 1024 + 1))


def test_no_file_is_told(operator):
    page = operator.post(NEW, data={"document": ""}, content_type="multipart/form-data", status=422)
    assert "请选择文件" in visible(page)


def test_foreign_markdown_in_gb_18030_loses_its_marks(operator):
    text = "# 临海市办法\n\n<!-- 草稿 -->\n## 第一章 总则\n\n**第一条** 目的。\n\n| 项目 | 金额 |\n|---|---|\n| 展会 | 300万元 |\n\n* 其他\n"
    taken(operator, "办法.md", text.encode("gb18030"))
    assert paragraphs() == [
        ("title", "临海市办法"),
        ("chapter", "第一章 总则"),
        ("article", "第一条 目的。"),
        ("body", "项目；金额"),
        ("body", "展会；300万元"),
        ("body", "其他"),
    ]
    assert draft().about["notices"] == ["文件按 GB 18030 编码读取", "注释没有收入"]


def test_a_hostile_file_takes_no_time_and_no_memory(app):
    levels = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 9))
    bomb = f"---\nx0: &x0 [a]\n{levels}title: *x8\nissuer: 局\n---\n第一条 甲。\n"
    made = take_file(db.session(), SYSTEM, "bomb.md", bomb.encode())
    assert (made.about["title"], made.about["issuer"]) == ("", "局")
    for line in ("**a " * 50_000, "." * 200_000, "第" + "9" * 200_000 + "条", "目录\n" + "1" * 200_000):
        started = time.monotonic()
        take_file(db.session(), SYSTEM, "long.md", line.encode())
        assert time.monotonic() - started < 5


def test_a_new_version_shows_what_changes(operator):
    import_policy(db.session(), SYSTEM, PLAN)
    db.session.commit()
    changed = PLAN.replace("推动40个以上场景落地", "推动60个以上场景落地").replace(
        "\n### (二十二)强化组织保障。", "\n### (二十二)强化保障。"
    )
    address = taken(operator, "plan.md", changed.encode(), PLAN_ID)
    shown = visible(operator.get(f"{address}/publish"))
    assert "发布为第 2 版" in shown
    body = operator.get(f"{address}/publish").get_data(as_text=True)
    assert "<del>40</del>" in body
    assert "<ins>60</ins>" in body
    operator.post(f"{address}/publish", data={"revision": 0}, status=303)
    page = operator.get(f"{INDEX}/{PLAN_ID}?old=1&new=2")
    assert "<ins>60</ins>" in page.get_data(as_text=True)
    operator.get(f"{INDEX}/{PLAN_ID}?old=1&new=3", status=404)
    operator.get("/desk/policies/none", status=404)


def test_a_question_finds_one_version_whole_at_any_moment(operator):
    """Until the commit another connection sees the old passages, after it the new ones, never both and never none."""
    first = import_policy(db.session(), SYSTEM, PLAN)
    db.session.commit()
    made = take_file(db.session(), SYSTEM, "plan.md", PLAN.replace("40个以上", "60个以上").encode())
    db.session.commit()

    def found() -> set[str]:
        with db.engine.connect() as other:
            return set(other.execute(select(Passage.document)).scalars())

    publish(db.session(), SYSTEM, made, 0)
    assert found() == {f"{PLAN_ID}@{first.number}"}
    db.session.commit()
    assert found() == {f"{PLAN_ID}@2"}


def test_a_draft_is_discarded(operator):
    address = taken(operator)
    operator.post(f"{address}/discard", status=303)
    assert paragraphs() == []
    assert "草稿已放弃" in visible(operator.get(INDEX))
    operator.get(address, status=303)
    operator.post(f"{address}/discard", status=303)
    operator.post(f"{address}/publish", data={"revision": 0}, status=303)
    assert "不能再改" in visible(operator.get(INDEX))


def test_what_was_typed_outlives_a_draft_that_somebody_discarded(operator):
    address = taken(operator)
    form = sent(draft(), **{"text-0": "我的标题"})
    operator.post(f"{address}/discard", status=303)
    page = operator.post(address, data=form, status=422)
    assert "已放弃”状态下不能执行“保存" in visible(page)
    assert "我的标题" in page.get_data(as_text=True)


def test_two_savings_from_one_revision_are_one_too_many(app):
    made = take_file(db.session(), SYSTEM, "x.md", "第一条 甲。".encode())
    save(db.session(), SYSTEM, made, 0, about={"title": "甲"}, paragraphs=[Paragraph("article", "第一条 甲。")])
    with pytest.raises(ChangedMeanwhileError):
        save(db.session(), SYSTEM, made, 0, about={"title": "乙"}, paragraphs=[])
    assert made.about["title"] == "甲"


def stamp(version: PolicyVersion) -> str:
    return stamps(db.session(), [version.id])[version.id]


def test_the_stamp_changes_with_facts_and_standing(operator):
    version = import_policy(db.session(), SYSTEM, PLAN)
    db.session.commit()
    before = stamp(version)
    assert stamp(version) == before
    shown = operator.get(f"/desk/policies/{PLAN_ID}/facts").get_data(as_text=True)
    number = re.search(r'id="fact-(\d+)"', shown)[1]
    operator.post(f"/desk/policies/{PLAN_ID}/facts/{number}/confirm", status=303)
    db.session.expire_all()
    after = stamp(version)
    assert after != before
    version.document.status = "superseded"
    db.session.flush()
    assert stamp(version) != after


def test_nobody_else_gets_to_the_desk(client, app):
    client.get(NEW, status=303)
    person = member("agency", "owner")
    db.session.commit()
    client.sign_in(person).get(NEW, status=403)
    client.get(INDEX, status=403)
