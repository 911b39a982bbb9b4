"""Who may do what here, and the desk's entries."""

from accounts.rules import (
    AGENCY_APPROVERS,
    AGENCY_DRAFTERS,
    AGENCY_READERS,
    ENTERPRISE_READERS,
    OPERATOR,
    OPERATORS,
    READER,
    having,
)
from core.access import Access
from core.registry import DeskItem
from marketplace.matching.queries import agency_of_shortlist
from scenario_catalog.queries import agency_of

ACCESS: tuple[Access, ...] = (
    Access("match.read", "查看适合场景的方案（本单位）", AGENCY_READERS, agency_of),
    Access("match.read", "查看适合场景的方案", OPERATORS),
    Access("shortlist.make", "固定入围前短名单（本单位）", AGENCY_DRAFTERS, agency_of),
    Access("shortlist.read", "查看短名单（本单位）", AGENCY_READERS, agency_of_shortlist),
    Access("shortlist.read", "查看短名单", OPERATORS),
    Access("shortlist.invite", "邀请短名单上的企业（本单位）", AGENCY_APPROVERS, agency_of_shortlist, verified=True),
    Access("bid_invitation.list", "查看本企业收到的邀请", ENTERPRISE_READERS),
    Access("coverage.read", "查看供需覆盖", OPERATORS | having(OPERATOR, READER)),
)

DESK: tuple[DeskItem, ...] = (
    DeskItem("收到的场景邀请", "matches.invitations", "bid_invitation.list", 23, "envelope"),
    DeskItem("供需覆盖", "matches.coverage", "coverage.read", 45, "bar-chart"),
)
