"""The unit that a question asks for, and whether a text counts in it: 几个工作日 is not said by 每年."""

import re
from collections.abc import Sequence

ASKED = re.compile(
    r"(?:多少|(?<!十)几)(?:来)?(个?工作日|个?月|个?小时|学期|分钟|[天年周日次期个家项条种类件批款间名人套所座台架处场户张级层门亩吨元块度岁分米]|平方米|公里)"
)
COUNTED = r"[\d一二两三四五六七八九十百千万半首每](?:个|余|多)?"
# What else a text may say for a unit that is asked for.
ALIKE = {
    "块": "元",
    "天": "[天日]",
    "日": "[天日]",
    "个": "[个家项条种类件批款间名人套所座台架处]",
    "家": "[家个]",
    "项": "[项个]",
    "人": "[人名]",
    "名": "[名人]",
    "期": "[期年次]",
}


def counts_otherwise(question: str, told: Sequence[str]) -> bool:
    """Tell whether a folded question asks for a number of something that none of the folded texts counts."""
    asked = [unit.removeprefix("个") or "个" for unit in ASKED.findall(question)]
    return not all(any(re.search(COUNTED + ALIKE.get(unit, unit), text) for text in told) for unit in asked)
