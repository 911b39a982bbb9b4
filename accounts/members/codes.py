"""The unified social credit code (统一社会信用代码, GB 32100-2015), with a reader's word for each rule that fails."""

import re
from collections.abc import Iterator, Mapping
from unicodedata import normalize

from flask_babel import gettext
from stdnum.cn import uscc
from stdnum.util import clean

LENGTH = 18
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# Who gave the code: its first character. The library knows the digits only, and so not the last three.
AUTHORITIES: Mapping[str, str] = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监管",
    "A": "中央军委改革和编制办公室",
    "N": "农业",
    "Y": "其他",
}


def compact(text: str) -> str:
    """Return a code as it is stored: full-width characters and small letters made plain, without spaces and hyphens."""
    return "".join(clean(normalize("NFKC", text), " -").upper().split())


def problem(code: str) -> str | None:
    """Return which rule a compact code breaks, or None."""
    return next(_problems(code), None)


def authority(code: str) -> str:
    """Return who registered the holder of a sound code."""
    return AUTHORITIES[code[0]]


def _problems(code: str) -> Iterator[str]:
    if len(code) != LENGTH:
        yield gettext("统一社会信用代码应为 18 位，现为 %(n)s 位", n=len(code))
    strange = "、".join(symbol for symbol in dict.fromkeys(code) if symbol not in SYMBOLS)
    if strange:
        yield gettext("代码中有不该出现的字符：%(strange)s（只用数字和大写字母，不用 I、O、S、V、Z）", strange=strange)
    if code[:1] not in AUTHORITIES:
        yield gettext("第 1 位“%(symbol)s”不是登记管理部门代码", symbol=code[:1])
    if not re.fullmatch(r"\d{7}", code[1:8], re.ASCII):
        yield gettext("第 2 至 8 位（机构类别和行政区划）应为数字，现为“%(part)s”", part=code[1:8])
    if code[-1] != uscc.calc_check_digit(code[:-1]):
        yield gettext("代码校验未通过：最后一位与前 17 位不符，请对照证书逐位核对")
