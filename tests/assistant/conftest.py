"""The plan in an application with the fake model, and the stages on a text without any application."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.answering import Answering
from assistant.corpus import Corpus, corpus
from core.audit import SYSTEM
from core.extensions import db
from core.settings import ROOT
from policies.operations import import_policy
from policies.parser import parse
from tests.conftest import make_app
from tests.pages import PageClient

PLAN = ROOT / "policies" / "corpus" / "shenzhen-ai-pioneer-city-2024.md"
SECOND = ROOT / "assistant" / "evaluation" / "second-policy.md"


def load(file: Path) -> Corpus:
    parsed = parse(file.read_text(encoding="utf-8"))
    about = {"title": parsed.title, "title_en": parsed.title_en, "issuer": parsed.issuer}
    year = parsed.issued.year if parsed.issued else None
    return corpus(parsed.id, 1, f"{parsed.id}@1", parsed.articles, issued_year=year, **about)


class Everything(BaseRetriever):
    """Finds every sentence, without any vector."""

    corpus: object

    def _get_relevant_documents(self, query: str, *, run_manager: object, **_: object) -> list[Document]:
        del query, run_manager
        places = [
            {"article": one.article, "start": one.start, "end": one.end, "closeness": None}
            for one in self.corpus.sentences
        ]  # type: ignore[attr-defined]
        return [Document(page_content="", metadata=place) for place in places]


@pytest.fixture(scope="session")
def plan() -> Corpus:
    return load(PLAN)


@pytest.fixture(scope="session")
def second() -> Corpus:
    return load(SECOND)


@pytest.fixture
def stages(plan: Corpus) -> Answering:
    return Answering(plan, Everything(corpus=plan))


@pytest.fixture
def stages_of() -> Callable[[Corpus], Answering]:
    return lambda found: Answering(found, Everything(corpus=found))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    """An application that knows the plan."""
    app = make_app(tmp_path)
    with app.app_context():
        db.create_all()
        import_policy(db.session(), SYSTEM, PLAN.read_text(encoding="utf-8"))
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def reader(site: Flask) -> PageClient:
    return PageClient(site)
