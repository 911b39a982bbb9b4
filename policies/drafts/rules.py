"""What the paragraphs of a policy file are, how much is taken, and the life of a draft."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.rules import OPERATORS, SYSTEM
from core.lifecycle import Lifecycle, Move

TITLE, CHAPTER, ARTICLE, BODY, ASIDE, OMITTED = "title", "chapter", "article", "body", "aside", "omitted"
ROLES: Mapping[str, str] = {
    TITLE: "标题",
    CHAPTER: "章",
    ARTICLE: "条",
    BODY: "正文",
    ASIDE: "条外文字",
    OMITTED: "不收入",
}
# What the front matter says, in its order.
ABOUT = ("id", "title", "title_en", "issuer", "issued", "effective", "expires", "source", "language")

MOST_BYTES = 10 * 1024 * 1024
MOST_PARAGRAPHS = 2000
LONGEST_TEXT = 300_000
LONG_ARTICLE = 3000

DRAFTED, PUBLISHED, DISCARDED = "draft", "published", "discarded"
_KEEPERS = OPERATORS | SYSTEM
DRAFT = Lifecycle(
    name="policy_draft",
    states={DRAFTED: "编辑中", PUBLISHED: "已发布", DISCARDED: "已放弃"},
    moves=(
        Move(DRAFTED, DRAFTED, "save", "保存", _KEEPERS),
        Move(DRAFTED, PUBLISHED, "publish", "发布", _KEEPERS),
        Move(DRAFTED, DISCARDED, "discard", "放弃草稿", _KEEPERS),
    ),
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with what it is in the document: `role` is a key of ROLES."""

    role: str
    text: str
