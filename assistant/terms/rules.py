"""What a word of the glossary may be, in what state it is, and how the glossary is written to a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from assistant.glossary import REMARK, Glossaries, Glossary, Line, lines
from retrieval.text import fold

ZH, EN = "zh", "en"
LANGUAGES: Mapping[str, Any] = {ZH: _l("中文说法"), EN: _l("英文词")}
SHIPPED, CHANGED, OWN, OFF = "shipped", "changed", "own", "off"
STATES: Mapping[str, Any] = {SHIPPED: _l("自带"), CHANGED: _l("改过"), OWN: _l("自加"), OFF: _l("停用")}
LONGEST_WORD, LONGEST_FORM, MOST_FORMS, LONGEST_NOTE = 60, 30, 12, 200
LONGEST_FILE, MOST_LINES = 200_000, 5_000


@dataclass(frozen=True)
class Word:
    """A word of a language with what policies say for it, as an operator has it; off without forms."""

    language: str
    word: str
    forms: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """A word as the desk lists it: what is in use, and what comes with the software (None for an operator's own)."""

    word: Word
    shipped: tuple[str, ...] | None

    @property
    def state(self) -> str:
        if not self.word.forms:
            return OFF
        if self.shipped is None:
            return OWN
        return SHIPPED if self.word.forms == self.shipped else CHANGED


def of(words: Glossaries, language: str) -> Glossary:
    return words.english if language == EN else words.chinese


def merged(shipped: Glossaries, words: Iterable[Word]) -> Glossaries:
    """Return the glossaries with operators' words in the place of those of the same name."""
    by_language: dict[str, dict[str, tuple[str, ...]]] = {ZH: {}, EN: {}}
    for one in words:
        by_language[one.language][one.word] = one.forms
    return Glossaries(shipped.chinese.changed(by_language[ZH]), shipped.english.changed(by_language[EN]))


def entries(shipped: Glossary, language: str, words: Sequence[Word]) -> list[Entry]:
    """Return every word of a language: operators' first, as they come, then the others in the order of the file."""
    own = [Entry(one, shipped.forms.get(one.word)) for one in words if one.language == language]
    known = {one.word.word for one in own}
    rest = [Entry(Word(language, word, forms), forms) for word, forms in shipped.forms.items() if word not in known]
    return [*own, *rest]


def matching(found: Iterable[Entry], text: str, state: str) -> list[Entry]:
    """Return the entries in a state (any for "") whose word, forms or note have a text, the exact word first."""
    wanted = fold(text).strip()
    kept = [one for one in found if state in {"", one.state} and wanted in _said(one.word)]
    return sorted(kept, key=lambda one: one.word.word != wanted) if wanted else kept


def problems(word: Word) -> Iterator[str]:
    """Yield what is wrong with a word, "" as its forms standing for one that is switched off."""
    if not word.word:
        yield _l("请写出词")
    if len(word.word) > LONGEST_WORD:
        yield _l("词最多 %(most)s 字", most=LONGEST_WORD)
    if set(":#\n") & set(word.word):
        yield _l("词里不能有冒号、井号和换行")
    if word.language == EN and word.word and not _is_latin(word.word):
        yield _l("英文词只能用英文字母、数字和标点，并且要有字母")
    yield from _problems_of_forms(word.forms)
    if len(word.note) > LONGEST_NOTE or "\n" in word.note:
        yield _l("备注写在一行里，最多 %(most)s 字", most=LONGEST_NOTE)


def parsed(language: str, text: str) -> list[tuple[int, Word]]:
    """Return the words of a file with their lines. Raises ValueError with every line that is wrong, and why."""
    found = list(lines(text))
    bad = [said for line in found for said in _problems_of_line(language, line)]
    bad += [str(_l("第 %(n)s 行：“%(word)s”在第 %(first)s 行写过了", **one)) for one in _repeated(found)]
    if len(found) > MOST_LINES or len(text) > LONGEST_FILE:
        bad.insert(0, str(_l("文件太大：最多 %(most)s 行", most=MOST_LINES)))
    if bad:
        raise ValueError("\n".join(bad))
    return [(line.number, Word(language, line.word, line.forms, line.note)) for line in found]


def written(found: Iterable[Entry]) -> str:
    """Return words as a file has them, one a line: a word that is off without forms, a note as a remark."""
    return "".join(
        f"{one.word.word}: {' '.join(one.word.forms)}".rstrip()
        + (REMARK + one.word.note if one.word.note else "")
        + "\n"
        for one in found
    )


def forms_of(text: str) -> tuple[str, ...]:
    """Return the forms of a text, parted by blanks, commas or 、, each once."""
    plain = fold(text)
    for mark in "、,;\n":
        plain = plain.replace(mark, " ")
    return tuple(dict.fromkeys(plain.split()))


def _said(word: Word) -> str:
    return " ".join([word.word, *word.forms, fold(word.note)])


def _is_latin(word: str) -> bool:
    return word.isascii() and any(character.isalpha() for character in word)


def _problems_of_forms(forms: Sequence[str]) -> Iterator[str]:
    if len(forms) > MOST_FORMS:
        yield _l("最多 %(most)s 个说法", most=MOST_FORMS)
    if any(len(form) > LONGEST_FORM for form in forms):
        yield _l("一个说法最多 %(most)s 字", most=LONGEST_FORM)
    if any("#" in form for form in forms):
        yield _l("说法里不能有井号")


def _problems_of_line(language: str, line: Line) -> Iterator[str]:
    if not line.word:
        yield str(_l("第 %(n)s 行：不是“词: 说法 说法”", n=line.number))
        return
    for said in problems(Word(language, line.word, line.forms, line.note)):
        yield str(_l("第 %(n)s 行：%(said)s", n=line.number, said=said))


def _repeated(found: Iterable[Line]) -> Iterator[dict[str, object]]:
    first: dict[str, int] = {}
    for line in found:
        if line.word and line.word in first:
            yield {"n": line.number, "word": line.word, "first": first[line.word]}
        first.setdefault(line.word, line.number)
