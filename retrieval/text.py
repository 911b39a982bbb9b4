"""Text for people, text for searching, and the cutting of one into sentences and of the other into tokens."""

import logging
import re
import tempfile
import threading
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from os import getuid
from pathlib import Path
from typing import Any

from core.typed import UNSEEN, typed

DICTIONARY = Path(__file__).with_name("dictionary.txt")

LINE_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
FULL_STOPS = "。！？；｡"
STRAIGHT_QUOTES = "\"'"
CLOSERS = "”’」』）】》〉〕］｝)]}" + STRAIGHT_QUOTES
BREAK = re.compile(rf"[{LINE_BREAKS}]|[{FULL_STOPS}!?;.]+")
ABBREVIATION_LIST = (
    "al approx cf co corp dept dr e.g ed eds eq etc fig i.e inc jr ltd mr mrs ms no nos p pp prof sec sr st vol vs"
)
ABBREVIATIONS = frozenset(ABBREVIATION_LIST.split())
WORD_BEFORE = re.compile(r"[A-Za-z0-9.]*\Z")
LONGEST_ABBREVIATION = 12

# A word of letters and digits with joiners inside (c-v2x, gpt-4.5, 3.5), a run of Han, or a run of any other script.
PIECE = re.compile(
    r"(?P<word>[a-z0-9]+(?:[-._/+'][a-z0-9]+)*)|(?P<han>[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)|(?P<other>[^\W_]+)"
)
WORD_PART = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*")


@dataclass(frozen=True)
class Span:
    """A part of a text: `text` is `source[start:end]` to the letter."""

    start: int
    end: int
    text: str


def normalise(text: str) -> str:
    """Return `text` in NFKC, line ends as newlines, without control, zero-width and Unicode-tag characters."""
    return unicodedata.normalize("NFKC", typed(text))


def fold(text: str) -> str:
    """Return the form for searching: normalised, traditional characters as simplified ones, lower case."""
    folded: str = _simplify()(normalise(text)).lower()
    return folded


def sentences(text: str) -> list[Span]:
    """Return the sentences of `text` in order; together they hold all of it but blanks. None is empty."""
    return [span for start, end in pairwise([0, *_ends(text), len(text)]) if (span := _stripped(text, start, end))]


def tokens(text: str) -> list[str]:
    """Return the searchable words of `text`, folded: Chinese in jieba's search mode, Latin words and numbers whole.

    A word with joiners is preceded by its parts (`c`, `v2x`, `c-v2x`), as jieba does for long Chinese words.
    """
    return [token for piece in PIECE.finditer(fold(text)) for token in _piece_tokens(piece)]


def use_cache(folder: Path) -> None:
    """Keep jieba's cache in `folder`, which nobody else may write to: it is read with marshal."""
    _cache_folder.append(folder)


def _ends(text: str) -> Iterator[int]:
    start = 0
    for found in BREAK.finditer(text):
        if found.start() < start:
            continue
        end = found.end() if found[0] in LINE_BREAKS else _after_closers(text, start, found.end())
        if found[0] in LINE_BREAKS or _ends_sentence(text, start, found, end):
            yield end
            start = end


def _after_closers(text: str, start: int, end: int) -> int:
    while end < len(text) and text[end] in CLOSERS:
        # A straight quote closes only what was opened in this sentence; otherwise it opens the next one.
        if text[end] in STRAIGHT_QUOTES and text.count(text[end], start, end) % 2 == 0:
            break
        end += 1
    return end


def _ends_sentence(text: str, start: int, found: re.Match[str], end: int) -> bool:
    marks, before, after = found[0], text[found.start() - 1 : found.start()], text[end : end + 1]
    if any(mark in FULL_STOPS for mark in marks):
        return True
    if marks.strip("."):
        return not (before.isascii() and _joins(after))
    if before and not before.isascii():
        return not _joins(after)
    ended = not after or after.isspace()
    return ended and not _is_abbreviation(text, start, found.start()) and not _goes_on(text, end)


def _joins(after: str) -> bool:
    """Tell whether the character goes on with a URL, a number or code rather than starting a sentence."""
    return after.isascii() and (after.isalnum() or after in tuple("=&/_%"))


def _is_abbreviation(text: str, start: int, dot: int) -> bool:
    found = WORD_BEFORE.search(text, max(start, dot - LONGEST_ABBREVIATION), dot)
    word = found[0] if found else ""
    numbers_item = word.isdigit() and not text[start : dot - len(word)].strip(" \t　(（#*-")
    return word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isalpha()) or numbers_item


def _goes_on(text: str, end: int) -> bool:
    following = text[end : end + 2].strip(" ")
    return following[:1].islower()


def _stripped(text: str, start: int, end: int) -> Span | None:
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    seen = UNSEEN.sub("", text[start:end]).strip() if start < end else ""
    return Span(start, end, text[start:end]) if seen else None


def _piece_tokens(piece: re.Match[str]) -> Iterator[str]:
    if piece["han"]:
        yield from _cut()(piece["han"])
        return
    word = piece[0]
    parts = WORD_PART.findall(word) if piece["word"] else []
    if len(parts) > 1:
        yield from parts
    yield word


_cache_folder: list[Path] = []
_loading = threading.Lock()


@cache
def _simplify() -> Callable[[str], str]:
    from opencc import OpenCC  # loads its dictionaries, and pages must not wait

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def _cut() -> Callable[[str], Iterator[str]]:
    with _loading:
        return _segmenter()


@cache
def _segmenter() -> Callable[[str], Iterator[str]]:
    with warnings.catch_warnings():
        # jieba 0.42 imports pkg_resources and has invalid escapes; neither is ours to mend.
        warnings.simplefilter("ignore")
        import jieba  # takes most of a second, and pages must not wait

        jieba.setLogLevel(logging.ERROR)
        segmenter: Any = jieba.Tokenizer()
        segmenter.tmp_dir = str(_cache_home())
        segmenter.initialize()
    with DICTIONARY.open("rb") as terms:
        segmenter.load_userdict(terms)
    cut: Callable[[str], Iterator[str]] = segmenter.cut_for_search
    return cut


def _cache_home() -> Path:
    if _cache_folder:
        home = _cache_folder[-1]
        home.mkdir(parents=True, exist_ok=True)
        return home
    home = Path(tempfile.gettempdir()) / f"jieba-{getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    # A folder that somebody else made in the shared temporary folder is not to be read from.
    return home if home.stat().st_uid == getuid() else Path(tempfile.mkdtemp(prefix="jieba-"))
