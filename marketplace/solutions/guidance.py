"""The solution form as data: each field with its help, a good example, its length, and why it matters to a buyer.

The examples tell one solution from its first field to its last.
"""

from collections.abc import Mapping

from marketplace.solutions.rules import LABELS, LONGEST, MOST_DOMAINS, MOST_LINES
from scenario_catalog.drafting.guidance import Guide, Kind, Section


def _guide(  # noqa: PLR0913 - a guide has this many parts
    field: str, kind: Kind, said: str, example: str = "", *, why: str = "", rows: int = 1, required: bool = False
) -> Guide:
    return Guide(field, LABELS[field], kind, said, example, why, LONGEST.get(field, 0), rows, required)


SECTIONS: tuple[Section, ...] = (
    Section(
        "what",
        "是什么",
        (
            _guide(
                "name",
                "line",
                f"写清对象和要做的事，最多 {LONGEST['name']} 字，不写口号。",
                "地下压力管道声学测漏与工单联动系统",
                why="清单里先看到的就是这一行。",
                required=True,
            ),
            _guide(
                "summary",
                "text",
                f"做什么、给谁用、怎样做到、效果如何；最多 {LONGEST['summary']} 字。",
                "给供水企业的夜间测漏系统：在消火栓上加装拾振器，凌晨两点自动采集十分钟，云端模型分辨漏点、用水和车流，"
                "定位到一米，早班打开手机就是当天要开挖的点位。三个城市两千公里管网在用，平均十一天找到一处暗漏。",
                why="匹配场景时，逐句与需求比对；写事实和数字，比写形容词排得准。",
                rows=6,
                required=True,
            ),
            _guide(
                "capabilities",
                "text",
                f"每行一条，一条说清一件能做到的事；最多 {MOST_LINES} 条，每条最多 {LONGEST['capabilities']} 字。",
                "分辨漏水、正常用水和路面车流三类声音\n两点互相关定位，不需要停水\n测点离线、电量低时自动派单检修",
                why="需求单位按条对照自己的建设内容。",
                rows=5,
                required=True,
            ),
            _guide(
                "domains", "several", f"公开前至少选一个，最多 {MOST_DOMAINS} 个；只选真正做过或能做的。", required=True
            ),
        ),
    ),
    Section(
        "proof",
        "做到什么程度",
        (
            _guide(
                "indicators",
                "text",
                f"每行一条，写明数值、单位和怎样测得；最多 {MOST_LINES} 条，每条最多 {LONGEST['indicators']} 字。",
                "漏点定位误差≤1 米（DN200 铸铁管，开挖 60 处核实）\n误报率≤12%（连续运行 90 天）",
                why="验收时要测的就是这些，写得出测法才可信。",
                rows=4,
            ),
            _guide(
                "trl",
                "choice",
                "按 GB/T 22900 的九级，选现在实际达到的一级。",
                "在两家水司正式验收并在用，选 8 级；几十家在用，选 9 级。",
                why="需求单位按它判断是试点还是直接用；写高了，核验时过不去。",
                required=True,
            ),
            Guide(
                "cases",
                LABELS["cases"],
                "several",
                "用在哪里、哪一年、结果如何、凭什么证明。客户不便公开的，写“某区水务集团”这样的称呼。",
                "客户：某区水务集团；年份：2025\n结果：640 公里管网上线，四个月找到 83 处漏点，漏损率降 2.1 个百分点\n证明：验收报告",
                "有案例和证明的，匹配到的需求单位更愿意约谈。",
            ),
        ),
    ),
    Section(
        "terms",
        "怎样用起来",
        (
            _guide("deployment", "several", "支持哪几种都勾上。"),
            _guide(
                "data_needs",
                "text",
                f"需要客户提供哪些数据、接口，最多 {LONGEST['data_needs']} 字；不需要也请写明。",
                "管网 GIS（脱敏）和近两年维修工单；没有工单也能先用通用模型上线。",
                why="数据给不给得出，往往决定一个场景做不做得成。",
                rows=2,
            ),
            _guide(
                "compute_needs",
                "text",
                f"需要多少算力、装在哪里，最多 {LONGEST['compute_needs']} 字。",
                "政务云 1 张 24GB 推理卡可支撑 2000 个测点；边缘网关随设备提供。",
                rows=2,
            ),
            _guide(
                "price_model",
                "line",
                f"怎样收费，最多 {LONGEST['price_model']} 字；可以写“面议”。",
                "按测点年费，首年含安装",
            ),
        ),
    ),
)

GUIDES: Mapping[str, Guide] = {guide.field: guide for section in SECTIONS for guide in section.fields}
CASE_LABELS: Mapping[str, str] = {
    "client": "客户",
    "year": "年份",
    "text": "做了什么、结果如何",
    "evidence": "证明材料",
}
