"""Who may do what here, and the desk's entry. Whose share it is, the views ask: a share belongs to a person."""

from accounts.rules import AGENCY, AGENCY_APPROVERS, AUDITORS, OPERATOR, having
from core.access import Access
from core.registry import DeskItem
from scenario_catalog.queries import agency_of

HOLDERS = having(AGENCY) | having(OPERATOR) | AUDITORS

ACCESS: tuple[Access, ...] = (
    Access("seal.list", "查看密钥与开标", HOLDERS),
    Access("seal.hold", "领取、出示本人的密钥分片", HOLDERS),
    Access("seal.appoint", "指定密钥分片持有人（本单位的场景）", AGENCY_APPROVERS, agency_of),
)

DESK: tuple[DeskItem, ...] = (DeskItem("密钥与开标", "ceremony.index", "seal.list", 60, "shield-lock"),)
