"""Frequent reasons to return a need: what a reviewer starts from."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "problem": "背景与痛点不清楚：请写明现状、数量和影响",
    "scope": "建设内容太宽泛：请写明要做什么、不做什么、与哪些系统对接",
    "indicators": "考核指标无法检验：请给出数值、口径和检验方法",
    "conditions": "揭榜条件可能限制竞争：请说明必要性或删去",
    "budget": "预算与建设内容不相称，或采购方式与预算不符",
    "deadline": "报名时间太短：请延后截止日期",
    "duplicate": "与已有场景重复：请说明差别或合并",
    "personal_data": "含有不应公开的个人信息或内部信息：请删去",
}
