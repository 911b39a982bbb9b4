"""A model that words what several documents say: each claim is proved by the document it names, and by no other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from assistant import offline
from assistant.corpus import Sentence
from assistant.library import Library
from assistant.llm.claims import Claim
from assistant.llm.streaming import Endpoint
from assistant.llm.verifier import verify
from assistant.llm.writing import Writing, suits
from core.audit import SYSTEM
from core.extensions import db
from policies import queries as policies
from policies.operations import import_policy
from tests.assistant.conftest import PLAN
from tests.assistant.model_server import ModelServer, claim, claims, model_server
from tests.assistant.test_llm_pages import SPOKEN, answered
from tests.assistant.test_many_documents import BIO, BIO_TITLE, FILES, LOW, ROBOTS, ROBOTS_TITLE
from tests.assistant.test_pages import begin, events
from tests.conftest import make_app
from tests.pages import PageClient

QUESTION = "产业基金的存续期是几年"
COMPARING = "产业基金总规模哪个大"
ROBOT_FUND = "设立总规模20亿元的机器人产业基金,市级财政出资不超过30%,存续期10年。"
BIO_FUND = "基金存续期为12年,其中投资期6年、退出期6年。"
ROBOTS_SAID, BIO_SAID = "机器人产业基金存续期10年", BIO_FUND.rstrip("。")


@pytest.fixture(scope="module")
def library() -> Library:
    return offline.library(FILES, "lexical")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(claims()) as found:
        yield found


def writing(library: Library, server: ModelServer, question: str = QUESTION) -> Writing:
    case = library.answer(question)
    assert suits(case)
    return Writing(Endpoint(server.url, "m", "", 10), case, case.spoken, "模型", "备案 1")


def letters(made: Writing) -> dict[str, str]:
    """Return under which letter the model is given each document."""
    return {one.corpus.document: one.letter for one in made._sources}


def test_each_claim_is_shown_under_the_document_that_proves_it(library: Library, server: ModelServer) -> None:
    made = writing(library, server)
    known = letters(made)
    server.says(
        claims(
            claim(BIO_SAID, 9, BIO_FUND, document=known[BIO]),
            claim(ROBOTS_SAID, 13, ROBOT_FUND, document=known[ROBOTS]),
        )
    )
    assert [(one.text, one.citation.document) for one in made.claims()] == [(BIO_SAID, BIO), (ROBOTS_SAID, ROBOTS)]
    assert [title for title, _ in made.written.groups] == [BIO_TITLE, ROBOTS_TITLE]
    asked = server.asked[0]["messages"][1]["content"]
    for document, letter in known.items():
        title = next(one.title for one in library.corpora if one.document == document)
        assert f'<document id="{letter}">\n《{title}》\n<article id="' in asked


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ((BIO_SAID, 9, BIO_FUND, ROBOTS), "article"),
        ((BIO_SAID, 13, BIO_FUND, ROBOTS), "quote"),
        ((ROBOTS_SAID, 13, ROBOT_FUND, BIO), "article"),
        ((ROBOTS_SAID, 9, ROBOT_FUND, BIO), "quote"),
        ((ROBOTS_SAID, 8, ROBOT_FUND, LOW), "quote"),
        (("机器人产业基金存续期12年", 9, BIO_FUND, BIO), "words"),
        (("机器人产业基金存续期12年", 13, ROBOT_FUND, ROBOTS), "figure"),
        ((f"《{ROBOTS_TITLE}》的{BIO_SAID}", 9, BIO_FUND, BIO), "name"),
        ((f"澜湾市的{BIO_SAID}", 9, BIO_FUND, BIO), "words"),
        (("生物制造基金存续期12年，机器人产业基金存续期10年", 9, BIO_FUND, BIO), "figure"),
        (("存续期比机器人产业基金长，为12年", 9, BIO_FUND, BIO), "words"),
    ],
)
def test_what_is_said_of_the_wrong_document_is_not_shown(
    library: Library, server: ModelServer, lie: tuple[str, int, str, str], reason: str
) -> None:
    *said, document = lie
    made = writing(library, server)
    known = letters(made)
    honest = claim(BIO_SAID, 9, BIO_FUND, document=known[BIO])
    server.says(claims(claim(*said, document=known[document]), honest))
    assert [one.text for one in made.claims()] == [BIO_SAID]
    assert made.written.dropped == 1
    assert reason in made.verdicts[0].reasons


def claimed(sentence: Sentence) -> Claim:
    """Return a claim that says a sentence word for word."""
    return Claim(sentence.text.rstrip("。"), sentence.article, sentence.text)


def test_a_true_claim_that_is_beside_the_point_is_not_shown(library: Library, server: ModelServer) -> None:
    made = writing(library, server)
    known = letters(made)
    source = next(one for one in made._sources if one.corpus.document == ROBOTS)
    spoken = next(one.case for one in made.spoken if one.corpus.document == ROBOTS)
    true = [one for one in spoken.ranked if verify(claimed(one.sentence), source.corpus, QUESTION).citation]
    far = min(true, key=lambda one: one.score)
    made._sources = tuple(  # an article that the question led to has a sentence far from it
        replace(one, articles=(*one.articles, one.corpus.articles[far.sentence.article])) if one is source else one
        for one in made._sources
    )
    said = claimed(far.sentence)
    server.says(claims(claim(said.text, said.article, said.quote, document=known[ROBOTS])))
    assert list(made.claims()) == []
    assert [one.reasons for one in made.verdicts] == [("beside",)]


@pytest.mark.parametrize("named", [{}, {"document": ""}, {"document": "Z"}, {"document": BIO}, {"document": BIO_TITLE}])
def test_a_claim_of_no_document_that_was_given_is_not_shown(
    library: Library, server: ModelServer, named: dict[str, str]
) -> None:
    made = writing(library, server)
    server.says(claims(claim(BIO_SAID, 9, BIO_FUND, **named)))
    assert list(made.claims()) == []
    assert [one.reasons for one in made.verdicts] == [("document",)]


@pytest.mark.parametrize("document", [None, 1, ["A"], {"id": "A"}])
def test_a_document_that_is_no_text_makes_no_claim(library: Library, server: ModelServer, document: object) -> None:
    made = writing(library, server)
    server.says(claims(claim(BIO_SAID, 9, BIO_FUND, document=document)))
    assert list(made.claims()) == []
    assert made.written.reason == "nothing"


def test_the_same_sentence_of_two_documents_is_said_twice_and_of_one_once(
    library: Library, server: ModelServer
) -> None:
    made = writing(library, server, COMPARING)
    known = letters(made)
    low = "组建总规模20亿元的低空经济母基金,存续期10年"
    both = [
        claim("存续期10年", 13, ROBOT_FUND, document=known[ROBOTS]),
        claim("存续期10年", 8, low, document=known[LOW]),
    ]
    server.says(claims(*both, *both))
    list(made.claims())
    assert [one.reasons == ("repeated",) for one in made.verdicts] == [False, False, True, True]


@pytest.fixture
def site(tmp_path: Path, server: ModelServer) -> Iterator[Flask]:
    """A site with a model and three documents."""
    app = make_app(tmp_path, **{**SPOKEN, "llm_url": server.url, "llm_seconds": 10})
    with app.app_context():
        db.create_all()
        for file in (PLAN, FILES[2], FILES[3]):
            import_policy(db.session(), SYSTEM, file.read_text(encoding="utf-8"))
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def under_each(said: str, article: int, quote: str) -> list[str]:
    """Return a claim under the letter of every document: all but one of them name the wrong one."""
    return [claim(said, article, quote, document=letter) for letter in "AB"]


def test_the_page_shows_each_claim_under_its_document(site: Flask, server: ModelServer) -> None:
    server.says(claims(*under_each(BIO_SAID, 9, BIO_FUND), *under_each(ROBOTS_SAID, 13, ROBOT_FUND)))
    page = answered(PageClient(site), QUESTION)
    assert "模型另有 2 句没有通过核对" in page
    for title, said in ((BIO_TITLE, BIO_SAID), (ROBOTS_TITLE, ROBOTS_SAID)):
        after = page.partition(f"AI 生成 {said}")[2]
        assert f"《{title}》第" in after
        assert page.count(f"AI 生成 {said}") == 1


def test_a_comparison_stays_the_site_s_own_and_comes_first(site: Flask, server: ModelServer) -> None:
    said = "设立总规模30亿元的生物制造产业基金"
    server.says(claims(*under_each(said, 9, said)))
    reader = PageClient(site)
    stream = events(reader.raw.get(begin(reader, COMPARING)).get_data(as_text=True))
    told = [data for name, data in stream if name == "sentence"]
    assert "按各文件原文的数字比较：“30亿元”" in told[0]
    assert said in told[1]
    assert "AI 生成" in told[1]
    assert len(told) == 2


def test_that_a_document_is_replaced_is_said_before_what_a_model_says_of_it(site: Flask, server: ModelServer) -> None:
    old = policies.document(ROBOTS)
    assert old
    old.status, old.replaced_by, old.ended_on = "superseded", BIO, date(2026, 1, 1)
    db.session.commit()
    server.says(claims(claim("每月补贴300元", 10, "每月补贴300元", document="A")))
    question = "失能老人家庭租用康复机器人每月补多少"
    page = answered(PageClient(site), question)
    assert page.index(f"该措施已被《{BIO_TITLE}》替代") < page.index("AI 生成 每月补贴300元")
    assert f"《{ROBOTS_TITLE}》第十条" in page
