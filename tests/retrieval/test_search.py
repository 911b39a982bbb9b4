import random

import numpy as np
import pytest
from sqlalchemy import update

from retrieval import search as searching
from retrieval.embedder import embedder
from retrieval.lexical import MOST_WORDS, words
from retrieval.models import Passage
from retrieval.operations import Piece, delete_collection, fill_vectors, put_document
from retrieval.search import document_hits, search, search_vectors, vectors_of

MODES = ["hybrid", "lexical", "dense"]
GARBAGE = [
    "",
    "   ",
    "！！？",
    "😀🎉",
    "\u200b",
    "\x00\x07",
    "'\"",
    "()*:^-",
    "\ud800",
    "".join(chr(0xE0000 + n) for n in range(32, 90)),
]
AWKWARD = [
    '"; DROP TABLE passage; --',
    "tokens : a",
    "a AND OR NOT NEAR(b)",
    "a* ^b",
    "scope:x",
    "{a b}:c",
    "算力" * 5_000,
    "é̀ä",
    "กรุงเทพ",
    "deja\u0301",
]


@pytest.fixture
def plan(desk):
    desk.put("1", "发放算力券,降低使用智能算力的成本。", "2024年年底前调度规模达30000P FLOPS。")
    desk.put("2", "研发多模态具身智能大模型,开发机器人“大脑”。")
    desk.put("3", "推进卫星通信、车联网技术(C-V2X)等网络应用。")
    return desk


def test_words_find_before_there_are_vectors(plan):
    (hit,) = search("plan", "算力券怎么申请")
    assert (hit.document, hit.position, hit.lexical_rank, hit.dense_rank) == ("1", 0, 1, None)
    assert hit.text == "发放算力券,降低使用智能算力的成本。"


@pytest.mark.parametrize("query", ["機器人", "ＲＯＢＯＴ 机器人", "具身"])
def test_other_ways_of_writing_find_the_same(plan, query):
    assert [hit.document for hit in search("plan", query)] == ["2"]


@pytest.mark.parametrize(("query", "document"), [("c-v2x", "3"), ("V2X", "3"), ("30000P", "1")])
def test_latin_words_and_numbers_are_found_whole(plan, query, document):
    assert [hit.document for hit in search("plan", query)] == [document]


def test_both_legs_carry_a_hybrid_hit(plan):
    fill_vectors()
    first = search("plan", "算力券")[0]
    assert (first.document, first.lexical_rank) == ("1", 1)
    assert first.dense_rank
    assert first.cosine == search("plan", "算力券", mode="dense")[first.dense_rank - 1].score
    assert search("plan", "算力券", mode="lexical")[0].cosine is None
    assert {hit.passage_id for hit in search("plan", "算力券")} == {1, 2, 3, 4}
    assert [hit.lexical_rank for hit in search("plan", "算力券", mode="dense")] == [None] * 4
    assert len(search("plan", "算力券", k=2)) == 2


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("query", GARBAGE)
def test_no_words_find_nothing(plan, query, mode):
    fill_vectors()
    assert search("plan", query, mode=mode) == []
    assert document_hits("plan", query, mode=mode) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("query", AWKWARD)
def test_no_query_breaks_the_search(plan, query, mode):
    fill_vectors()
    search("plan", query, mode=mode)


def test_a_query_of_ten_thousand_characters_is_cut_to_its_first_words(plan):
    query = "算力券" + "".join(random.Random(1).choices("算力机器人数据场景医疗教育金融低空经济", k=10_000))
    assert len(words(query)) <= MOST_WORDS
    assert search("plan", query)


def test_collections_are_apart(plan):
    plan.put("9", "发放算力券", collection="plan-2")
    fill_vectors()
    assert {hit.collection for hit in search("plan-2", "算力券")} == {"plan-2"}
    assert search("unknown", "算力券") == []
    assert search("", "算力券") == []


@pytest.mark.parametrize("mode", MODES)
def test_a_search_can_be_limited_to_documents(plan, mode):
    fill_vectors()
    assert {hit.document for hit in search("plan", "算力 机器人 车联网", mode=mode, documents=["2", "3", "none"])} == {
        "2",
        "3",
    }
    assert search("plan", "算力", mode=mode, documents=[]) == []


@pytest.mark.parametrize("mode", MODES)
def test_equal_passages_come_in_the_order_of_their_ids(desk, session, mode):
    for number in random.Random(3).sample(range(400), 400):
        desk.put(f"{number}", "机器人")
    fill_vectors()
    hits = search("plan", "机器人", k=150, mode=mode)
    assert [hit.passage_id for hit in hits] == list(range(1, 151))
    assert search("plan", "机器人", k=150, mode=mode) == hits


def test_an_unloaded_model_leaves_the_words(plan, monkeypatch):
    fill_vectors()
    monkeypatch.setattr(searching, "ready", lambda: False)
    monkeypatch.setattr(searching, "embedder", lambda: pytest.fail("waited for the model"))
    for mode in MODES:
        assert [hit.document for hit in search("plan", "算力券", mode=mode)] == ["1"]


def test_documents_come_once_each_with_their_best_passage(plan):
    fill_vectors()
    hits = document_hits("plan", "算力券")
    assert hits[0].document == "1"
    assert hits[0].best.position == 0
    assert sorted(hit.document for hit in hits) == ["1", "2", "3"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_enough_documents_are_found_behind_a_long_one(desk):
    desk.put("long", *(f"机器人 {number}" for number in range(1_000)))
    for number in range(30):
        desk.put(f"d{number:02}", f"机器人与其他许多内容混在一起的一句很长的话 {number}")
    fill_vectors()
    assert len(document_hits("plan", "机器人", k=20)) == 20
    assert len(document_hits("plan", "机器人", k=500)) == 31


def test_given_vectors_are_searched_in_one_go(plan):
    assert search_vectors("plan", embedder().queries(["算力券"])) == [[]]
    fill_vectors()
    first, second = search_vectors("plan", embedder().queries(["发放算力券", "机器人大脑"]), k=2)
    assert (first[0].document, second[0].document) == ("1", "2")
    assert [hit.dense_rank for hit in first] == [1, 2]
    assert search_vectors("plan", np.empty((0, 64), np.float32)) == []
    assert search_vectors("unknown", embedder().queries(["算力"])) == [[]]


def test_stored_vectors_are_handed_out_by_document(plan, session):
    assert vectors_of("plan", ["1"]) == {}
    fill_vectors()
    session.execute(update(Passage).where(Passage.document == "2").values(model="another"))
    session.commit()
    found = vectors_of("plan", ["1", "2", "none"])
    assert list(found) == ["1"]
    assert [hit.position for hit, _ in found["1"]] == [0, 1]
    np.testing.assert_array_equal(found["1"][0][1], embedder().passages([found["1"][0][0].text])[0])


def test_a_deleted_collection_is_empty_at_once(plan, session):
    fill_vectors()
    assert search("plan", "算力", mode="dense")
    delete_collection(session, "plan")
    session.commit()
    for mode in MODES:
        assert search("plan", "算力", mode=mode) == []


def test_what_is_not_committed_leaves_no_trace(plan, session):
    fill_vectors()
    put_document(session, "plan", "4", [Piece("离岸数据中心")])
    assert [hit.document for hit in search("plan", "离岸", mode="lexical")] == ["4"]
    search("plan", "离岸")
    session.rollback()
    assert search("plan", "离岸", mode="lexical") == []
    assert {hit.document for hit in search("plan", "离岸")} == {"1", "2", "3"}
    plan.put("5", "离岸数据中心")
    fill_vectors()
    assert search("plan", "离岸数据中心")[0].document == "5"
