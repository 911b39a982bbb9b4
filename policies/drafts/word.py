"""The XML of a Word document: names, and the text of a paragraph with its tracked changes settled."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
PICTURES = {"drawing", "pict", "object"}
SIGNS = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "-"}
# What holds runs: entered. Deleted text, its place before a move, and the reading marks over characters are not.
HOLDERS = {"ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo"}
LEFT_OUT = {"del", "moveFrom", "rt", "instrText", "delText", "pPr", "rPr"}
NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}


def name(element: Any) -> str:
    """Return the name of an element without its namespace, "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Any, wanted: str) -> list[Any]:
    return [] if element is None else element.findall(W + wanted)


def below(element: Any, wanted: str) -> Iterator[Any]:
    """Yield the children of a name, also those that stand in a frame of their own: a control, a tracked insertion."""
    for one in element:
        kind = name(one)
        if kind == wanted:
            yield one
        elif kind in HOLDERS:
            yield from below(one, wanted)


def first(element: Any, *path: str) -> Any:
    """Return the first element down a path, None if there is none."""
    for wanted in path:
        element = None if element is None else element.find(W + wanted)
    return element


def attribute(element: Any, wanted: str) -> str:
    """Return an attribute, "" where it or the element is missing."""
    return "" if element is None else element.get(W + wanted) or ""


def is_on(element: Any) -> bool:
    """Tell whether a switch is there and not switched off."""
    return element is not None and attribute(element, "val") not in {"0", "false", "off"}


class Words:
    """Reads the text of paragraphs; `told` counts what was left out or settled, `notes` are the notes of the last one."""

    def __init__(self) -> None:
        self.told = Counter[str]()
        self.notes: list[tuple[str, str]] = []

    def text(self, paragraph: Any) -> str:
        """Return the text of a paragraph without its automatic number."""
        self.notes = []
        return "".join(self._inside(paragraph))

    def _inside(self, element: Any) -> Iterator[str]:
        for one in element:
            yield from self._part(one)

    def _part(self, one: Any) -> Iterator[str]:
        kind = name(one)
        if kind in {"del", "moveFrom"}:
            self.told["deleted"] += has_text(one)
        elif kind in LEFT_OUT:
            return
        elif kind == "r":
            yield from self._run(one)
        elif kind in HOLDERS:
            self.told["inserted"] += kind in {"ins", "moveTo"} and has_text(one)
            yield from self._inside(one)
        elif one.tag in {f"{MATH}oMath", f"{MATH}oMathPara"}:
            self.told["formulas"] += 1
            yield "".join(found.text or "" for found in one.iter(f"{MATH}t"))
        elif kind == "AlternateContent":
            self._picture(one)
        elif kind == "commentRangeStart":
            self.told["comments"] += 1

    def _run(self, run: Any) -> Iterator[str]:
        if is_on(first(run, "rPr", "vanish")):
            self.told["hidden"] += has_text(run)
            return
        for one in run:
            yield from self._piece(one)

    def _piece(self, one: Any) -> Iterator[str]:
        kind = name(one)
        if kind == "t":
            yield one.text or ""
        elif kind in SIGNS:
            yield SIGNS[kind]
        elif kind == "br":
            yield "" if attribute(one, "type") in {"page", "column"} else "\n"
        elif kind in NOTES:
            self.notes.append((NOTES[kind], attribute(one, "id")))
            yield f"[注{len(self.notes)}]"
        elif kind == "ruby":
            for run in one.iter(f"{W}rubyBase"):
                yield from self._inside(run)
        elif kind in PICTURES or kind == "AlternateContent":
            self._picture(one)

    def _picture(self, one: Any) -> None:
        boxes = [box for box in one.iter(f"{W}txbxContent") if has_text(box)]
        self.told["boxes" if boxes else "pictures"] += 1


def has_text(element: Any) -> bool:
    return any((found.text or "").strip() for kind in ("t", "delText") for found in element.iter(W + kind))


def plain(paragraphs: Sequence[Any]) -> str:
    """Return the text of paragraphs of a note in one line."""
    reader = Words()
    return " ".join(text for one in paragraphs if (text := reader.text(one).strip()))
