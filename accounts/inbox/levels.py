"""How much a person wants by e-mail; the inbox always has everything."""

from collections.abc import Mapping

ALL, URGENT, NONE = "all", "urgent", "none"

LEVELS: Mapping[str, str] = {
    ALL: "全部：每条通知都发邮件",
    URGENT: "仅要紧的：取消、截止、认证和成员变动",
    NONE: "不发：只在收件箱里看",
}


def wanted(level: str, *, urgent: bool) -> bool:
    """Tell whether a notice goes out by e-mail to someone who chose `level`."""
    return level == ALL or (level == URGENT and urgent)
