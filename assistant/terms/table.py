"""Who may do what here."""

from accounts.rules import OPERATORS
from core.access import Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (Access("glossary.manage", "维护政策助手的词表", OPERATORS),)

DESK: tuple[DeskItem, ...] = (DeskItem("助手词表", "glossary.words", "glossary.manage", 59, "tags"),)
