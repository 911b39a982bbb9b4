"""The calculator: exact, never above the ceiling, monotone, and plain about what the text does not say."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from core.audit import SYSTEM
from core.errors import InvalidInputError
from core.extensions import db
from policies.facts.extraction import proposals
from policies.facts.queries import facts_of
from policies.facts.reviewed import place, table_beside
from policies.operations import import_policy
from policies.parser import ParsedArticle, parse
from policies.subsidies.amounts import money, percent, read_amount, short
from policies.subsidies.asking import read
from policies.subsidies.folders import types_of
from policies.subsidies.offering import offers
from policies.subsidies.rules import Programme, calculate, enough, on_combining, programmes, sum_of, unsaid
from policies.subsidies.types import project_types, read_types
from tests.pages import visible

FILE = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md")
PLAN = FILE.read_text(encoding="utf-8")
ARTICLES = parse(PLAN).articles
TABLE = table_beside(FILE)
assert TABLE is not None
FACTS = place(TABLE, ARTICLES).placed
DATA, SOFTWARE, PARK, EVENT = programmes(FACTS)
ADDRESS = "/policies/shenzhen-ai-pioneer-city-2024/calculator"

AMOUNTS = st.decimals(min_value="0.01", max_value=10**13, places=2)
SHARED = st.sampled_from([DATA, SOFTWARE, EVENT])


def wan(number: int | str) -> Decimal:
    return Decimal(number) * 10000


def test_the_programmes_of_the_plan_come_from_its_facts():
    assert [(p.first.article, p.share, p.cap, p.fixed, p.base) for p in programmes(FACTS)] == [
        (9, Decimal(50), wan(1000), None, "项目总投入"),
        (10, Decimal(30), wan(1000), None, "项目总投入"),
        (17, None, None, wan(200), ""),
        (18, Decimal(50), wan(300), None, "总投入"),
    ]


@pytest.mark.parametrize(
    ("programme", "investment", "amount", "capped"),
    [
        (DATA, wan(800), wan(400), False),
        (DATA, wan(2000), wan(1000), False),
        (DATA, wan(2001), wan(1000), True),
        (SOFTWARE, wan(2000), wan(600), False),
        (SOFTWARE, wan(5000), wan(1000), True),
        (EVENT, wan("333.333333"), Decimal("1666666.66"), False),
        (EVENT, Decimal("0.01"), Decimal("0.00"), False),
        (PARK, None, wan(200), False),
    ],
)
def test_what_a_support_comes_to(programme, investment, amount, capped):
    found = calculate(programme, investment)
    assert (found.amount, found.capped) == (amount, capped)


@given(SHARED, AMOUNTS)
def test_never_above_the_ceiling_nor_above_the_share(programme, investment):
    found = calculate(programme, investment)
    assert found.amount is not None
    assert 0 <= found.amount <= programme.cap
    assert found.amount * 100 <= investment * programme.share
    assert found.capped == (investment * programme.share / 100 - programme.cap >= Decimal("0.01"))


@given(SHARED, AMOUNTS, AMOUNTS)
def test_more_invested_is_never_less(programme, one, other):
    low, high = (calculate(programme, amount).amount for amount in sorted((one, other)))
    assert low <= high


@given(SHARED, AMOUNTS)
def test_from_the_point_of_the_ceiling_on_it_stays(programme, more):
    at = enough(programme)
    assert calculate(programme, at).amount == programme.cap
    assert calculate(programme, at + more).amount == programme.cap


def test_a_wrong_investment_is_refused():
    for wrong in (Decimal(0), Decimal(-1)):
        with pytest.raises(ValueError, match="above 0"):
            calculate(DATA, wrong)
    with pytest.raises(ValueError, match="needs an investment"):
        calculate(DATA)


def made(text: str) -> list[Programme]:
    article = ParsedArticle(1, "支持", "第一条", "第一条 支持", f"第一条 支持\n{text}", 1)
    return programmes(proposals([article]))


def test_programmes_of_other_policies():
    (threshold,) = made("对总投资5000万元以上的项目，按设备投资额的15%给予补助，最高3000万元。")
    assert (threshold.minimum, threshold.base, threshold.cap) == (wan(5000), "设备投资额", wan(3000))
    assert calculate(threshold, wan(4999)).short
    assert calculate(threshold, wan(4999)).amount == 0
    assert calculate(threshold, wan(10000)).amount == wan(1500)
    one, other = made("对获批企业，每个品种奖励100万元；对备案企业，每个品种奖励60万元。")
    assert (one.fixed, other.fixed) == (wan(100), wan(60))
    (broken,) = made("对符合条件的企业，按实际支出的20%给予补贴，\n最高５００万元。")
    assert (broken.share, broken.cap) == (Decimal(20), wan(500))
    (open_,) = made("对企业给予最高500万元奖励。")
    assert calculate(open_).amount is None
    assert made("形成2个行业大模型，投资30%用于研发。") == []


def test_what_the_plan_leaves_open():
    texts = {article.ordinal: article.text for article in ARTICLES}
    assert unsaid(DATA, texts[9]) == ["who", "when", "procedure", "eligible"]
    assert unsaid(PARK, texts[17]) == ["who", "when", "procedure"]
    (told,) = made("由市科技局负责，每年对企业按投入的20%给予资助，最高100万元。")
    assert unsaid(told, "企业向市科技局提交申请。") == []


def test_combining():
    assert sum_of([calculate(DATA, wan(800)), calculate(PARK)]) == wan(600)
    assert on_combining(["本措施与其他政策不重复享受,按就高原则执行。", "鼓励企业参展。"]) == [
        "本措施与其他政策不重复享受,按就高原则执行。"
    ]


# Amounts as typed


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("2000", "wan", wan(2000)),
        ("2000", "yuan", Decimal(2000)),
        ("2,000万元", "yuan", wan(2000)),
        (" ２０００ 万 ", "yuan", wan(2000)),
        ("1.5亿", "wan", wan(15000)),
        ("三千五百万", "wan", wan(3500)),
        ("一百五十万元", "yuan", wan(150)),
        ("一点五亿元", "wan", wan(15000)),
        ("两百", "wan", wan(200)),
        ("人民币500元", "wan", Decimal(500)),
        ("123456.78元", "wan", Decimal("123456.78")),
        ("800万块钱", "wan", wan(800)),
    ],
)
def test_amounts_are_read(typed, unit, value):
    assert read_amount(typed, unit) == value


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "请填写金额"),
        ("  ", "请填写金额"),
        ("很多", "“很多”读不成金额"),
        ("0", "金额要大于 0"),
        ("零万元", "金额要大于 0"),
        ("-5万", "读不成金额"),
        ("2000万美元", "不是人民币"),
        ("$2000", "不是人民币"),
        ("99999999亿", "金额太大"),
        ("9" * 41, "金额太长"),
        ("1e9", "读不成金额"),
        ("NaN", "读不成金额"),
        ("1.2.3", "读不成金额"),
        ("2000万到3000万", "读不成金额"),
        ("<script>", "读不成金额"),
    ],
)
def test_what_is_no_amount_is_told(app, typed, message):
    with pytest.raises(InvalidInputError, match=message):
        read_amount(typed)


@given(AMOUNTS)
def test_what_is_written_is_read_again(value):
    assert read_amount(short(value)) == value
    assert read_amount(money(value)) == value


def test_amounts_are_written_as_people_write_them():
    assert [money(Decimal(v)) for v in ("10000000.00", "150000000", "9999.50", "123456.78", "1000000000000")] == [
        "1,000万元", "1.5亿元", "9,999.5元", "12.345678万元", "10,000亿元",
    ]  # fmt: skip
    assert percent(Decimal("12.50")) == "12.5%"


# Types and addresses


def test_types_are_described_beside_the_policy():
    found = project_types(programmes(FACTS), read_types([FILE.parent], TABLE.document))
    assert [one.code for one in found] == ["data", "software", "park", "event"]
    plain = project_types(programmes(FACTS), None)
    assert [one.code for one in plain] == ["article-9-1", "article-10-2", "article-17-3", "article-18-4"]
    assert plain[0].label == "大数据产业链关键环节提升计划"
    assert read_types([FILE.parent], "elsewhere") is None


def test_types_that_are_none_are_told_in_one_line(tmp_path):
    (tmp_path / "x.subsidies.json").write_text('{"document": "x"', encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"x\.subsidies\.json：不是项目类型表") as caught:
        read_types([tmp_path], "x")
    assert "\n" not in str(caught.value)


def test_every_described_type_is_a_programme_of_the_text():
    described = read_types([FILE.parent], TABLE.document)
    assert described is not None
    assert all(sum(one.says in p.first.quote for p in programmes(FACTS)) == 1 for one in described.types)


def test_an_address_is_read(app):
    types = types_of(TABLE.document, FACTS)
    asked = read(MultiDict([("type", "data"), ("amount", "800"), ("type", ""), ("amount", ""), ("more", "1")]), types)
    assert [(row.code, row.result.amount if row.result else None) for row in asked.rows] == [
        ("data", wan(400)),
        ("", None),
    ]
    assert not asked.wrong
    many = MultiDict([("type", "data")] * 30 + [("amount", "x" * 500)] * 30)
    assert len(read(many, types).rows) == 6
    assert read(MultiDict({"unit": "shells"}), types).unit == "wan"
    assert read(MultiDict({"amount": "5"}), types).rows[0].type_error == "请选择项目类型"


@pytest.fixture
def plan(app):
    version = import_policy(db.session(), SYSTEM, PLAN, TABLE)
    db.session.commit()
    return version


def test_the_assistant_is_offered_the_result(plan):
    found = offers(plan.document_id, facts_of(db.session(), plan), wan(2000), {9, 17})
    assert [(one.article, one.result.amount) for one in found] == [(9, wan(1000))]
    assert found[0].values == {"policy_id": plan.document_id, "type": "data", "amount": "2000万元"}
    assert (
        found[0].text
        == "大数据产业链项目：投入2,000万元，按不超过项目总投入的50%计为1,000万元，封顶1,000万元，最多1,000万元"
    )
    assert len(offers(plan.document_id, facts_of(db.session(), plan), wan(1))) == 3
    assert offers(plan.document_id, facts_of(db.session(), plan), Decimal(0)) == []
    assert offers(plan.document_id, proposals(ARTICLES), wan(1)) == []


def test_the_page_computes_and_quotes(client, plan):
    page = client.get(f"{ADDRESS}?type=software&amount=三千五百万")
    said = visible(page)
    assert "最高 1,000万元" in said
    assert "按比例计 1,050万元" in said
    assert "不超过项目总投入的 30%" in said
    assert "对符合条件的项目给予不超过项目总投入的 30% 、最高 1000万元 资助" in said
    assert "怎样申请、要交哪些材料" in said
    assert "article=10&amp;mark=" in page.get_data(as_text=True)


def test_the_same_address_gives_the_same_page(client, plan):
    address = f"{ADDRESS}?type=event&amount=500&unit=wan"
    first, second = (client.get(address).get_data(as_text=True) for _ in range(2))
    assert first.split("<main")[1].split("</main")[0] == second.split("<main")[1].split("</main")[0]


def test_several_results_are_added_with_a_word_of_caution(client, plan):
    said = visible(client.get(f"{ADDRESS}?type=data&amount=800万&type=park&amount="))
    assert "最高 600万元" in said
    assert "没有规定几项能否同时享受" in said
    assert "几项合计" not in visible(client.get(f"{ADDRESS}?type=park"))


def test_wrong_input_is_told_and_kept(client, plan):
    page = client.get(f"{ADDRESS}?type=data&amount=很多钱&type=none&amount=5", status=422)
    said = visible(page)
    assert "第 1 项：“很多钱”读不成金额" in said
    assert "第 2 项：没有这个项目类型" in said
    assert 'value="很多钱"' in page.get_data(as_text=True)
    assert "最高" not in said.split("请检查以下内容")[1].split("万元 元")[-1]


def test_htmx_gets_the_calculator_alone(client, plan):
    page = client.fragment(f"{ADDRESS}?type=park")
    assert "<main" not in page.get_data(as_text=True)
    assert "200万元" in page.get_data(as_text=True)


def test_without_confirmed_facts_nothing_is_computed(client, app):
    import_policy(db.session(), SYSTEM, PLAN)
    db.session.commit()
    assert "还没有可以测算的资助" in visible(client.get(ADDRESS))
    assert "补贴测算" not in visible(client.get("/policies/shenzhen-ai-pioneer-city-2024"))


def test_the_reader_links_to_it(client, plan):
    assert ADDRESS in client.get("/policies/shenzhen-ai-pioneer-city-2024").get_data(as_text=True)
    client.get("/policies/none/calculator", status=404)
