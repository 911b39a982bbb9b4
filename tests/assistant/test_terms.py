"""The glossary as operators edit it: laid over the shipped words, used by the next question, tried before, and as a file."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from assistant import glossary, operations
from assistant.glossary import Glossaries, Glossary, shipped, using, within
from assistant.llm.entailing import words_of
from assistant.models import Turn
from assistant.reading import read
from assistant.terms import current, rules, trying
from assistant.terms import operations as terms
from assistant.terms.models import GlossaryTerm
from assistant.terms.rules import EN, ZH, Word
from core.audit import SYSTEM, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from tests.assistant.test_pages import ask
from tests.conftest import make_app
from tests.factories import member
from tests.pages import PageClient, visible

PLAN_ID = "shenzhen-ai-pioneer-city-2024"
HOUSING = Word(ZH, "极客屋", ("住房保障",), "论坛里的说法")
QUESTION = "极客屋有吗"


@pytest.fixture
def operator(site: Flask) -> PageClient:
    return PageClient(site).sign_in(member("operator", "approver"))


def forms_in(text: str) -> set[str]:
    return {form for term in read(text).terms for form in term.forms}


def put(word: Word) -> str:
    done = terms.put(db.session(), SYSTEM, word)
    db.session.commit()
    return done


def test_words_of_operators_stand_in_the_place_of_shipped_ones() -> None:
    own = [Word(ZH, "补贴", ("救济",)), Word(ZH, "无人车"), HOUSING, Word(EN, "coder", ("码农",))]
    merged = rules.merged(shipped(), own)
    assert merged.chinese.forms["补贴"] == ("救济",)
    assert "无人车" not in merged.chinese.forms
    assert merged.chinese.forms["极客屋"] == ("住房保障",)
    assert merged.english.forms["coder"] == ("码农",)
    assert len(merged.chinese.forms) == len(shipped().chinese.forms)
    assert shipped().chinese.forms["补贴"] != ("救济",)


def test_a_glossary_without_words_finds_nothing() -> None:
    assert Glossary({}).find("补贴 subsidy") == []
    assert Glossary({"补贴": ("资助",)}).changed({"补贴": ()}).find("补贴") == []


def test_a_question_is_read_with_the_words_in_use() -> None:
    with using(rules.merged(shipped(), [HOUSING, Word(ZH, "补贴"), Word(ZH, "奖金", ("红包",))])):
        assert "住房保障" in forms_in(QUESTION)
        assert "资助" not in forms_in("补贴在哪")
        assert words_of("奖金", asked="奖金")[0].forms == ("红包",)
    assert "住房保障" not in forms_in(QUESTION)
    assert "资助" in forms_in("补贴在哪")


def test_each_step_has_its_words_and_the_caller_its_own_between_them() -> None:
    other = rules.merged(shipped(), [HOUSING])
    closed = list[bool]()

    def steps() -> Iterator[Glossaries]:
        try:
            while True:
                yield Glossaries(glossary.chinese(), glossary.english())
        finally:
            closed.append(glossary.chinese() is other.chinese)

    walk = within(other, steps())  # type: ignore[arg-type]  # a generator function is typed as what it yields
    assert next(walk).chinese is other.chinese
    assert glossary.chinese() is shipped().chinese
    # Another thread, as when a stream is gone on with elsewhere, has no words of its own to lose.
    thread = Thread(target=walk.close)
    thread.start()
    thread.join()
    assert closed == [True]
    assert glossary.chinese() is shipped().chinese


def test_every_kind_of_change_is_made_once_and_recorded(site: Flask) -> None:
    del site
    assert put(HOUSING) == terms.ADDED
    assert put(HOUSING) == terms.SAME
    assert put(Word(ZH, "极客屋", ("人才住房", "住房保障"))) == terms.CHANGED
    terms.switch_off(db.session(), SYSTEM, ZH, "补贴")
    assert put(Word(ZH, "补贴", shipped().chinese.forms["补贴"])) == terms.BACK
    terms.restore(db.session(), SYSTEM, ZH, "极客屋")
    db.session.commit()
    assert db.session.query(GlossaryTerm).count() == 0
    events = db.session.query(AuditEvent).filter_by(subject_type="glossary_term").order_by(AuditEvent.id)
    found = [(one.verb, one.subject_id) for one in events]
    assert found == [
        ("add", "zh:极客屋"),
        ("change", "zh:极客屋"),
        ("switch_off", "zh:补贴"),
        ("put_back", "zh:补贴"),
        ("put_back", "zh:极客屋"),
    ]


@pytest.mark.parametrize(
    "word",
    [
        Word(ZH, ""),
        Word(ZH, "长" * 61, ("资助",)),
        Word(ZH, "甲:乙", ("资助",)),
        Word(ZH, "#甲", ("资助",)),
        Word(EN, "词", ("资助",)),
        Word(EN, "123", ("资助",)),
        Word(ZH, "甲乙", ("长" * 31,)),
        Word(ZH, "甲乙", tuple(map(str, range(13)))),
        Word(ZH, "甲乙", ("资助",), "长" * 201),
    ],
)
def test_what_no_word_may_be_is_refused(site: Flask, word: Word) -> None:
    del site
    with pytest.raises(InvalidInputError):
        put(word)


def test_what_has_no_change_cannot_be_put_back(site: Flask) -> None:
    del site
    with pytest.raises(InvalidInputError):
        terms.restore(db.session(), SYSTEM, ZH, "补贴")
    with pytest.raises(InvalidInputError):
        terms.switch_off(db.session(), SYSTEM, ZH, "极客屋")


def test_the_next_question_uses_a_change_in_every_process(site: Flask, tmp_path: Path) -> None:
    other = make_app(tmp_path)  # another process: the same database, caches of its own
    assert current.glossaries(db.session()) is shipped()
    put(HOUSING)
    before = current.glossaries(db.session())
    assert before.chinese.forms["极客屋"] == ("住房保障",)
    assert current.glossaries(db.session()) is before
    with other.app_context():
        assert current.glossaries(db.session()).chinese.forms["极客屋"] == ("住房保障",)
        db.session.remove()
    # Two changes in one instant are two.
    put(Word(ZH, "极客屋", ("人才",)))
    put(Word(ZH, "极客屋", ("公寓",)))
    with other.app_context():
        assert current.glossaries(db.session()).chinese.forms["极客屋"] == ("公寓",)
        db.session.remove()
        db.engine.dispose()
    assert site.extensions[current.CACHE] is not other.extensions[current.CACHE]
    terms.restore(db.session(), SYSTEM, ZH, "极客屋")
    assert current.glossaries(db.session()) is shipped()


def test_an_answer_is_found_by_an_operator_s_word(reader: PageClient, operator: PageClient) -> None:
    said = {"language": ZH, "word": "极客屋", "forms": "程序员社区 住房保障"}
    ask(reader, "极客屋提供什么")
    operator.post("/desk/glossary/word", said, status=303)
    ask(reader, "极客屋提供什么")
    before, after = db.session.query(Turn).order_by(Turn.id)
    assert "住房保障" not in str(before.answer)
    assert "住房保障" in str(after.answer)
    assert glossary.chinese() is shipped().chinese


def test_the_evaluation_keeps_to_the_shipped_words(site: Flask) -> None:
    del site
    put(Word(ZH, "补贴"))
    stages = operations.answering(PLAN_ID, catalog=False)
    whole = stages.answer("补贴怎么领").whole
    assert whole
    assert "资助" in {form for term in whole.question.terms for form in term.forms}


def test_a_file_says_which_lines_are_wrong_and_changes_nothing(site: Flask) -> None:
    del site
    text = "# 说明\n极客屋: 住房保障\n没有冒号\n: 没有词\n极客屋: 公寓\n长词: " + "长" * 31
    with pytest.raises(InvalidInputError) as raised:
        terms.load(db.session(), SYSTEM, ZH, text)
    assert [line[: line.index("：")] for line in raised.value.problems] == ["第 3 行", "第 4 行", "第 6 行", "第 5 行"]
    assert db.session.query(GlossaryTerm).count() == 0


def test_a_file_is_put_word_for_word(site: Flask) -> None:
    del site
    put(Word(ZH, "津贴"))
    text = "极客屋: 住房保障 # 论坛\n补贴:\n津贴: 资助 奖励 补贴\n奖金: 奖励 奖\n补助: 资助 奖励 补贴 扶持\n没有的词:"
    assert terms.load(db.session(), SYSTEM, ZH, text) == {"added": 2, "off": 1, "back": 1, "same": 2}
    assert terms.load(db.session(), SYSTEM, ZH, text) == {"same": 6}


WORDS = st.text("补贴无人车极客屋abc", min_size=1, max_size=6)
FORMS = st.lists(st.text("资助智能住房", min_size=1, max_size=4), max_size=3, unique=True)


@given(st.dictionaries(WORDS, st.tuples(FORMS, st.sampled_from(["", "备注", "带 空格"])), max_size=6))
def test_what_is_exported_is_imported_to_the_letter(words: dict[str, tuple[list[str], str]]) -> None:
    own = [Word(ZH, word, tuple(forms), note) for word, (forms, note) in words.items()]
    found = [one for one in rules.entries(shipped().chinese, ZH, own) if one.state != rules.SHIPPED]
    assert [word for _, word in rules.parsed(ZH, rules.written(found))] == [one.word for one in found]
    everything = rules.written(rules.entries(shipped().chinese, ZH, own))
    assert rules.merged(shipped(), [word for _, word in rules.parsed(ZH, everything)]) == rules.merged(shipped(), own)


def test_a_trial_shows_what_a_word_would_find(site: Flask) -> None:
    del site
    trial = trying.compared(PLAN_ID, QUESTION, shipped(), rules.merged(shipped(), [HOUSING]))
    assert trial
    assert trial.differs
    assert [term.text for term in trial.before.words] == []
    assert [term.text for term in trial.after.words] == ["极客屋"]
    assert "住房保障" in trial.after.found[0].quote
    assert trying.compared("none", QUESTION, shipped(), shipped()) is None


def test_the_desk_lists_and_narrows(operator: PageClient) -> None:
    put(HOUSING)
    put(Word(ZH, "补贴"))
    html = operator.get("/desk/glossary?state=own")
    assert "极客屋" in visible(html)
    assert "论坛里的说法" in visible(html)
    assert "1 句" in visible(html)
    assert "自带的是：资助 奖励" in visible(operator.get("/desk/glossary?state=off"))
    assert "self-driving" in visible(operator.get("/desk/glossary?language=en&q=self-driving"))
    assert "没有这样的词" in visible(operator.get("/desk/glossary?q=没有这个词吧"))
    put(Word(ZH, "极客屋", ("没有这种说法",)))
    assert "没有这种说法 原文没有" in visible(operator.get("/desk/glossary?q=极客屋"))
    operator.get("/desk/glossary?page=99")


def test_a_word_is_tried_before_it_is_kept(operator: PageClient) -> None:
    said = {"language": ZH, "word": "极客屋", "forms": "住房保障、人才", "question": QUESTION}
    html = operator.post("/desk/glossary/word", {**said, "try": "1"})
    assert "改动后有不同" in visible(html)
    assert "新找到" in visible(html)
    assert db.session.query(GlossaryTerm).count() == 0
    operator.post("/desk/glossary/word", said, status=303)
    assert db.session.query(GlossaryTerm).one().forms == ["住房保障", "人才"]
    assert "修改“极客屋”" in visible(operator.get("/desk/glossary/word?language=zh&word=极客屋"))


@pytest.mark.parametrize(
    "said",
    [{"word": ""}, {"forms": ""}, {"language": EN, "word": "中文"}, {"note": "长" * 201}, {"question": "长" * 301}],
)
def test_a_bad_word_is_told_beside_the_field(operator: PageClient, said: dict[str, str]) -> None:
    operator.post("/desk/glossary/word", {"language": ZH, "word": "极客屋", "forms": "人才", **said}, status=422)
    assert db.session.query(GlossaryTerm).count() == 0


def test_words_are_switched_off_and_put_back_at_the_desk(operator: PageClient) -> None:
    operator.post("/desk/glossary/word/off", {"language": ZH, "word": "补贴"}, status=303)
    assert "补贴" not in current.glossaries(db.session()).chinese.forms
    operator.post("/desk/glossary/word/restore", {"language": ZH, "word": "补贴"}, status=303)
    operator.post("/desk/glossary/word/restore", {"language": ZH, "word": "补贴"}, status=303)
    assert "没有改动" in visible(operator.get("/desk/glossary"))


def test_the_glossary_leaves_and_comes_back_as_a_file(operator: PageClient) -> None:
    put(HOUSING)
    put(Word(ZH, "补贴"))
    kept = operator.raw.get("/desk/glossary/file?language=zh").get_data(as_text=True)
    assert kept == "补贴:\n极客屋: 住房保障 # 论坛里的说法\n"
    everything = operator.raw.get("/desk/glossary/file?language=en&all=1").get_data(as_text=True)
    assert "artificial intelligence: 人工智能\n" in everything
    db.session.query(GlossaryTerm).delete()
    db.session.commit()
    operator.post("/desk/glossary/import", {"language": ZH, "text": kept}, status=303)
    assert "添加 1，停用 1" in visible(operator.get("/desk/glossary"))
    assert set(current.words(db.session())) == {HOUSING, Word(ZH, "补贴")}
    html = operator.post("/desk/glossary/import", {"language": ZH, "text": "好词: 资助\n坏行"}, status=422)
    assert "第 2 行" in visible(html)
    assert "好词: 资助\n坏行" in html.get_data(as_text=True)


def test_the_board_leads_to_the_words_of_a_question(reader: PageClient, operator: PageClient) -> None:
    ask(reader, "极客屋在哪个网站申请？")
    html = operator.get("/desk/assistant")
    assert "把词加进词表" in visible(html)
    page = operator.get("/desk/glossary/word?question=极客屋在哪个网站申请？")
    assert "问题里政策原文没有的词" in visible(page)
    assert "极客" in visible(page)


def test_only_operators_edit_the_glossary(site: Flask) -> None:
    client = PageClient(site).sign_in(member("enterprise", "owner"))
    for address in ("/desk/glossary", "/desk/glossary/word", "/desk/glossary/import", "/desk/glossary/file"):
        client.get(address, status=403)
