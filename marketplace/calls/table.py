"""Who may do what with calls."""

from accounts.rules import AGENCY_DRAFTERS, AGENCY_READERS, OPERATORS
from core.access import Access
from scenario_catalog.queries import agency_of

ACCESS: tuple[Access, ...] = (
    Access("call.read", "查看揭榜要求与评分标准草稿（本单位）", AGENCY_READERS, agency_of),
    Access("call.read", "查看揭榜要求与评分标准草稿（已提交的）", OPERATORS),
    Access("call.edit", "起草揭榜要求与评分标准（本单位）", AGENCY_DRAFTERS, agency_of),
)
