"""Facts: complete and exact for the city's plan, read from any policy's words, computed with, confirmed by a person."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from core.audit import SYSTEM, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from policies import cli, queries
from policies.facts import operations
from policies.facts.coverage import untold
from policies.facts.extraction import proposals, sentences_of
from policies.facts.models import PolicyFact
from policies.facts.operations import Correction
from policies.facts.queries import confirmed_facts, facts_of, rows
from policies.facts.reviewed import place, table_beside
from policies.facts.rules import (
    FACT,
    SUPPORT,
    TARGET,
    TERM,
    Fact,
    about,
    belongs,
    by_kind,
    caps,
    compare,
    lacking,
    largest,
    missing,
    say_lacking,
    smallest,
    total,
)
from policies.operations import digest_of, import_policy, propose_facts
from policies.parser import ParsedArticle, parse
from policies.quantities import quantities

FILE = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md")
PLAN = FILE.read_text(encoding="utf-8")
SECOND = Path(__file__).with_name("second.md").read_text(encoding="utf-8")
ARTICLES = parse(PLAN).articles
TABLE = table_beside(FILE)
assert TABLE is not None
FACTS = place(TABLE, ARTICLES).placed


def texts(articles):
    return {article.ordinal: article.text for article in articles}


def article(text: str, ordinal: int = 1) -> ParsedArticle:
    heading = "第一条 支持"
    return ParsedArticle(ordinal, "总则", "第一条", heading, f"{heading}\n{text}", 1)


def read(text: str) -> list[Fact]:
    return proposals([article(text)])


# The checked table of the plan


def test_the_table_was_checked_against_the_text_that_is_shipped():
    assert TABLE.digest == digest_of(parse(PLAN))
    assert TABLE.document == parse(PLAN).id


def test_every_quote_of_the_table_is_exact():
    placing = place(TABLE, ARTICLES)
    assert placing.lost == []
    assert len(placing.placed) == len(TABLE.facts)
    assert all(belongs(fact, texts(ARTICLES)[fact.article]) for fact in placing.placed)


def test_every_figure_of_the_plan_is_a_fact_or_named_as_none():
    excused = {
        (one.article, texts(ARTICLES)[one.article].index(one.near) + one.near.index(one.written))
        for one in TABLE.not_facts
    }
    left = untold(ARTICLES, FACTS)
    assert {(one.article, one.start) for one in left} == excused, left
    assert all(one.reason for one in TABLE.not_facts)


@pytest.mark.parametrize("index", range(len(FACTS)))
def test_a_figure_that_is_left_out_of_the_table_is_missed(index):
    if FACTS[index].value is None:
        return
    short = [fact for fact in FACTS if fact is not FACTS[index]]
    assert any(one.written.startswith(FACTS[index].written[:2]) for one in untold(ARTICLES, short))


def test_every_value_of_the_table_is_what_the_text_says():
    for fact in FACTS:
        found = [one for one in quantities(fact.written) if one.kind != "year"]
        assert [one.exact for one in found] == ([] if fact.value is None else [fact.value]), fact
        assert not found or found[0].unit == fact.unit or not fact.unit
        assert fact.comparator in fact.quote
        assert fact.deadline in fact.quote
        assert all(part.strip("（）") for part in (fact.indicator, fact.kind, fact.role))


def test_reading_finds_what_the_table_has():
    """The figures, bounds and deadlines that are read are those a person confirmed; only the names are better there."""

    def told(facts):
        return [
            (f.article, f.at, f.written[:2], f.comparator, f.value, f.kind, f.role, f.deadline)
            for f in facts
            if f.kind != "named"
        ]

    assert told(proposals(ARTICLES)) == told(FACTS)


# Reading any policy


@pytest.mark.parametrize(
    ("text", "amount", "said"),
    [
        (
            "对立项项目按不超过研发投入的40%给予资助，由市科技局拨付。",
            "不超过40%",
            {"role": SUPPORT, "value": Decimal(40), "unit": "%", "body": "市科技局", "conditions": "立项项目"},
        ),
        (
            "2027年6月底前投入运行，年设计能力达到5万株。",
            "达到5万株",
            {"role": TARGET, "value": Decimal(50000), "unit": "株", "deadline": "2027年6月底前"},
        ),
        (
            "到2028年，能耗较2025年下降18%。",
            "18%",
            {"role": TARGET, "deadline": "2028年", "indicator": "能耗较2025年下降"},
        ),
        (
            "每年培养技能人才１５００名以上。",
            "１５００名以上",
            {"value": Decimal(1500), "deadline": "每年", "role": TARGET},
        ),
        ("租金不高于市场价的七成。", "不高于七成", {"value": Decimal(70), "unit": "%", "kind": "share"}),
        ("对总投资5000万元以上的项目给予补助。", "5000万元以上", {"role": TERM, "value": Decimal(50_000_000)}),
        ("对领军人才给予每人200万元补助。", "200万元", {"role": SUPPORT, "conditions": "领军人才；每人"}),
        ("立项后拨付60%的资助。", "60%", {"role": TERM}),
        ("本措施自2026年5月1日起施行。", "2026年5月1日", {"kind": "date", "value": None, "role": TERM}),
        ("支持面向企业发放算力券。", "算力券", {"kind": "named", "value": None, "role": SUPPORT}),
        ("园区面积3.2平方公里。", "3.2平方公里", {"value": Decimal(3_200_000), "unit": "平方米"}),
    ],
)
def test_a_sentence_is_read(text, amount, said):
    found = next(fact for fact in read(text) if fact.amount == amount)
    assert {name: getattr(found, name) for name in said} == said


@pytest.mark.parametrize(
    "text", ["形成一批应用。", "一次性办结，统一管理。", "完善零部件产业链。", "见第三条、第十二款。", "编号2048。"]
)
def test_what_is_no_figure_is_not_read(text):
    assert read(text) == []


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(
            "到2028年底前对企业给予不超过投入的50%、最高1千万元,。；\n（三）12个以上由市局负责券5％亿"
        ),
        max_size=80,
    )
)
def test_any_text_is_read_with_exact_places(text):
    made = article(text or "文")
    for fact in proposals([made]):
        assert belongs(fact, made.text)
        assert any((one.start, one.end) == (fact.start, fact.end) for one in sentences_of(made))


@pytest.mark.parametrize("path", ["assistant/evaluation/third-policy.md", "tests/policies/second.md"])
def test_another_policy_is_read_whole(path):
    articles = parse(Path(path).read_text(encoding="utf-8")).articles
    found = proposals(articles)
    assert all(belongs(fact, texts(articles)[fact.article]) and fact.indicator for fact in found)
    left = untold(articles, found)
    assert len(left) <= len(found) * 0.15, left


# Computing


def test_comparing_and_listing():
    assert [(f.article, f.value) for f in caps(FACTS)] == [(9, 10**7), (10, 10**7), (18, 3 * 10**6)]
    assert [f.article for f in largest(caps(FACTS))] == [9, 10]
    assert [f.article for f in smallest(caps(FACTS))] == [18]
    assert [f.article for f in by_kind(FACTS, "share", SUPPORT)] == [9, 10, 18]
    assert [f.article for f in compare(by_kind(FACTS, "share"))] == [9, 18, 10]
    assert total(by_kind(FACTS, "computing")) == 34000
    assert largest([]) == []


def test_what_is_not_comparable_is_refused():
    with pytest.raises(ValueError, match="different units"):
        compare(by_kind(FACTS, "share") + by_kind(FACTS, "money"))


def test_a_missing_slot_is_said_to_be_missing():
    voucher = lacking(FACTS, ["算力券"], "money")
    assert voucher is not None
    assert say_lacking(voucher, "第一条", "每家企业的额度") == "方案提到算力券（第一条），未规定每家企业的额度"
    assert lacking(FACTS, ["软件名园"], "money") is None
    assert lacking(FACTS, ["软件名园"], "when") is not None
    assert lacking(FACTS, ["量子"], "money") is None
    scheduling = about(FACTS, ["调度规模"])
    assert [f.written for f in scheduling] == ["30000P FLOPS"]
    assert "when" not in missing(scheduling[0])
    assert {"who", "procedure"} <= set(missing(scheduling[0]))


# Versions and decisions


def take(text=PLAN, table=TABLE):
    return import_policy(db.session(), SYSTEM, text, table)


def stored(version):
    return list(db.session.scalars(rows(version.id)))


def test_the_import_confirms_the_checked_and_proposes_the_rest(app):
    plan = take()
    assert confirmed_facts(db.session(), plan) == FACTS
    assert {row.status for row in stored(plan)} == {"confirmed"}
    second = take(SECOND)
    assert {row.status for row in stored(second)} == {"proposed"}
    assert [f.reviewed for f in facts_of(db.session(), second)] == [False] * len(proposals(second.articles))


def test_a_version_without_rows_is_read_afresh_and_filled_once(app):
    plan = take()
    for row in stored(plan):
        db.session.delete(row)
    db.session.flush()
    assert facts_of(db.session(), plan) == proposals(plan.articles)
    assert propose_facts(db.session(), SYSTEM, plan, TABLE)
    assert not propose_facts(db.session(), SYSTEM, plan, TABLE)
    assert confirmed_facts(db.session(), plan) == FACTS


def test_a_changed_sentence_loses_its_confirmation_and_an_unchanged_one_keeps_it(app):
    take()
    changed = take(PLAN.replace("最高300万元", "最高500万元"), None)
    facts = facts_of(db.session(), changed)
    cap = next(f for f in facts if f.article == 18 and f.kind == "money")
    assert (cap.value, cap.reviewed) == (Decimal(5_000_000), False)
    assert sum(not f.reviewed for f in facts) == 2
    assert {row.source for row in stored(changed)} == {"carried", "text"}


def test_the_seed_gives_an_old_site_its_facts(app):
    take(PLAN, None)
    for row in db.session.scalars(select(PolicyFact)):
        db.session.delete(row)
    db.session.commit()
    cli.import_corpus(lambda _line: None)
    plan = queries.current_version(TABLE.document)
    assert plan is not None
    assert confirmed_facts(db.session(), plan) == FACTS


def correction(fact: PolicyFact, **changes) -> Correction:
    said = {name: getattr(fact, name) for name in Correction.__dataclass_fields__}
    return Correction(**{**said, **changes})


def test_a_person_decides_and_the_log_says_so(app):
    version = take(SECOND)
    first, second, third, *_rest = stored(version)
    operations.confirm(db.session(), SYSTEM, first)
    operations.reject(db.session(), SYSTEM, second)
    operations.correct(db.session(), SYSTEM, third, correction(third, indicator="算力补贴上限"))
    known = {f.indicator: f.reviewed for f in facts_of(db.session(), version)}
    assert known[first.indicator]
    assert known["算力补贴上限"]
    assert second.indicator not in known
    assert all(row.decided_at for row in (first, second, third))
    verbs = [e.verb for e in db.session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "policy_fact"))]
    assert verbs == ["confirm", "reject", "correct"]
    with pytest.raises(InvalidInputError, match="不能执行"):
        operations.confirm(db.session(), SYSTEM, first)


def test_of_two_decisions_at_once_the_second_is_told(app):
    fact = next(one for one in stored(take()) if one.status == "confirmed")
    other = update(PolicyFact).where(PolicyFact.id == fact.id).values(status="proposed")
    db.session.execute(other.execution_options(synchronize_session=False))
    with pytest.raises(LifecycleError):
        operations.reject(db.session(), SYSTEM, fact)


def test_nobody_but_the_operator_decides(app):
    version = take(SECOND)
    with pytest.raises(InvalidInputError, match="当前身份"):
        operations.confirm(db.session(), replace(SYSTEM, role="agency-owner"), stored(version)[0])


def test_a_value_the_text_does_not_have_is_refused(app):
    version = take(SECOND)
    fact = next(row for row in stored(version) if row.kind == "money")
    with pytest.raises(InvalidInputError, match="原文写的是“５００万元”，读作 5000000元"):
        operations.correct(db.session(), SYSTEM, fact, correction(fact, value=Decimal(6_000_000)))


def test_a_missed_fact_is_added_where_its_words_stand(app):
    version = take(SECOND)
    said = Correction("开放数据", "", None, "", "named", TARGET)
    made = operations.add(db.session(), SYSTEM, version.articles[3], "开放1.5万项数据", said)
    assert belongs(made.fact, version.articles[3].text)
    assert made.status == "confirmed"
    for wrong in ("项目", "开放", " "):
        with pytest.raises(InvalidInputError, match="恰好出现一次"):
            operations.add(db.session(), SYSTEM, version.articles[2], wrong, said)


def test_every_state_has_a_word_and_every_move_a_decider():
    assert all(FACT.states.values())
    assert all(move.roles for move in FACT.moves)


def test_a_table_that_is_none_is_told_in_one_line(tmp_path):
    policy = tmp_path / "p.md"
    assert table_beside(policy) is None
    policy.with_suffix(".facts.json").write_text('{"facts": 1}', encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"p\.facts\.json：不是核对表") as caught:
        table_beside(policy)
    assert "\n" not in str(caught.value)
