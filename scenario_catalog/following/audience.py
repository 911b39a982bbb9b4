"""What people are told about a scenario, and who: a table from the audit event's subject and verb."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flask_babel import lazy_gettext as _

Group = Literal["agency", "operators", "followers", "asker"]
Place = Literal["public", "desk", "review", "batch"]


@dataclass(frozen=True)
class Telling:
    """A kind of news: its words, whom it concerns, and the page it leads to for those at a desk."""

    news: str
    groups: tuple[Group, ...]
    place: Place = "public"
    urgent: bool = False


TELLINGS: Mapping[tuple[str, str], Telling] = {
    ("scenario", "submit"): Telling(_("等待审核"), ("operators",), "review"),
    ("scenario", "return"): Telling(_("被退回，请按意见修改"), ("agency",), "desk"),
    ("scenario", "approve"): Telling(_("审核通过，等待发布"), ("agency",), "desk"),
    ("scenario", "publish"): Telling(_("已经发布"), ("agency", "followers")),
    ("scenario", "cancel"): Telling(_("已取消"), ("agency", "followers"), urgent=True),
    ("scenario", "fail"): Telling(_("宣告未成功"), ("agency", "followers")),
    ("scenario", "redact"): Telling(_("有内容被删除"), ("agency",)),
    ("corrigendum", "issue"): Telling(_("发布了更正"), ("agency", "followers")),
    ("question", "ask"): Telling(_("收到新的提问"), ("agency",)),
    ("question", "answer"): Telling(_("有提问得到答复"), ("asker", "followers")),
    ("question", "amend"): Telling(_("有答复得到补充"), ("asker", "followers")),
    ("question", "decline"): Telling(_("有提问未予答复"), ("asker", "followers")),
    ("batch", "publish"): Telling(_("批次已经发布"), ("operators",), "batch"),
    ("batch", "return"): Telling(_("批次未能按时发布，已退回草稿"), ("operators",), "batch"),
}

DEADLINE_NEAR = Telling(_("即将截止报名"), ("agency", "followers"), urgent=True)


def key_of(subject_type: str, verb: str, event_id: int) -> str:
    """Return what makes the news of one event unique for each person."""
    return f"{subject_type}-{verb}-{event_id}"
