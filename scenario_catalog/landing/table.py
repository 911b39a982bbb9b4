"""Who may do what here, and the desk's entry.

An enterprise reaches the pages of its own landings only: several may belong to one, so that the view looks, as no owner
of a row can.
"""

from accounts.rules import (
    AGENCY_APPROVERS,
    AGENCY_DRAFTERS,
    AGENCY_READERS,
    APPROVER,
    AUDITOR,
    ENTERPRISE_READERS,
    ENTERPRISE_WRITERS,
    MEMBER,
    OPERATOR,
    OPERATOR_APPROVERS,
    OWNER,
    READER,
    having,
)
from core.access import Access
from core.registry import DeskItem
from scenario_catalog.queries import agency_of_number

OPERATOR_READERS = having(OPERATOR, OWNER, APPROVER, MEMBER, READER)
AUDITOR_READERS = having(AUDITOR, OWNER, APPROVER, MEMBER, READER)

ACCESS: tuple[Access, ...] = (
    Access(
        "landing.list",
        "查看落地跟踪清单",
        AGENCY_READERS | ENTERPRISE_READERS | OPERATOR_READERS | AUDITOR_READERS,
    ),
    Access("landing.read", "查看落地跟踪、证明材料与证据包（本单位）", AGENCY_READERS, agency_of_number),
    Access("landing.read", "查看落地跟踪、证明材料与证据包（承建方）", ENTERPRISE_READERS),
    Access("landing.read", "查看落地跟踪、证明材料与证据包", OPERATOR_READERS | AUDITOR_READERS),
    Access("landing.write", "登记合同、节点、成效与复制推广（本单位）", AGENCY_DRAFTERS, agency_of_number),
    Access("landing.attach", "上传、移除证明材料（本单位）", AGENCY_DRAFTERS, agency_of_number),
    Access("landing.attach", "上传、移除证明材料（承建方）", ENTERPRISE_WRITERS),
    Access("landing.decide", "登记节点结论、开始试点、退回后再次提交（本单位）", AGENCY_APPROVERS, agency_of_number),
    Access("landing.fail", "宣告验收未通过（本单位）", AGENCY_APPROVERS, agency_of_number),
    Access("landing.fail", "宣告验收未通过", OPERATOR_APPROVERS),
    Access("landing.verify", "核验落地，或退回补充材料", OPERATOR_APPROVERS),
    Access("landing.record", "登记采购结果", OPERATOR_APPROVERS),
)

DESK: tuple[DeskItem, ...] = (DeskItem("落地跟踪", "landing.index", "landing.list", 60, "patch-check"),)
