"""Text of foreign files made comparable: NFKC where only the writing differs, and never where the meaning would.

Full-width letters and digits, Kangxi radicals (as PDF and some word processors leave them), ligatures, vertical forms
and odd spaces are replaced. Kept are the marks that Chinese sets at full width (，；：！？（）), … and what NFKC would
change in meaning: m² (m2), 10² (102), ①, Ⅲ, ㎡, ½.
"""

import re
import unicodedata

from core.typed import UNSEEN

CHINESE_MARKS = "，；：！？（）"
SAME_MEANING = ("<wide>", "<narrow>", "<vertical>", "<noBreak>", "<initial>", "<medial>", "<final>", "<isolated>")
# Unicode gives these no decomposition, though they are but parts of a dictionary's index.
RADICALS = dict(
    zip(
        "⻓⻔⻅⻆⻉⻋⻄⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⺠",
        "长门见角贝车西青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟民",
        strict=True,
    )
)
SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
LIGATURES = range(0xFB00, 0xFB07)
KANGXI = range(0x2E80, 0x2FE0)


def normal(text: str) -> str:
    """Return the text in NFC with one way of writing for each character; line ends are newlines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\f", "\n")
    plain = "".join(map(_plain, SPACES.sub(" ", UNSEEN.sub("", text))))
    return unicodedata.normalize("NFC", plain)


def differences(before: str) -> int:
    """Return how many characters `normal` writes otherwise, apart from spaces and line ends."""
    return sum(_plain(character) != character for character in before)


def _plain(character: str) -> str:
    if character.isascii() or character in CHINESE_MARKS:
        return character
    if character in RADICALS:
        return RADICALS[character]
    tag = unicodedata.decomposition(character).partition(" ")[0]
    place = ord(character)
    if tag in SAME_MEANING or place in LIGATURES or place in KANGXI:
        return unicodedata.normalize("NFKC", character)
    return character
