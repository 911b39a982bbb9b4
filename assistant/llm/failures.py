"""Why a model gave no whole answer, and how people are told."""

from collections.abc import Mapping
from typing import Any, Literal

from flask_babel import lazy_gettext as _l

Reason = Literal["time", "busy", "unreachable", "error", "garbled", "large", "cut", "filtered"]
Limit = Literal["limit", "crowded"]

# `limit` and `crowded` are the site's own bounds; `nothing` and `dropped` are answers without a claim that holds.
SAID: Mapping[str, Any] = {
    "time": _l("模型没有在限定时间内答完"),
    "busy": _l("模型服务繁忙"),
    "unreachable": _l("模型服务连接不上"),
    "error": _l("模型服务出错"),
    "garbled": _l("模型的回答无法读取"),
    "large": _l("模型的回答过长"),
    "cut": _l("模型的回答中断了"),
    "filtered": _l("模型服务没有作答"),
    "limit": _l("模型回答的次数已到上限"),
    "crowded": _l("正在使用模型的人太多"),
    "nothing": _l("模型没有给出可以核对的句子"),
    "dropped": _l("模型写的句子都没有通过核对"),
    "left": _l("页面在模型答完之前关闭了"),
}


class ModelFailureError(Exception):
    """A model gave no whole answer; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        super().__init__(reason)
