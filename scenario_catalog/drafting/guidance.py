"""The form as data: each field with its label, help, a good example, its length, and why it matters to a bidder.

The examples tell one need from its first field to its last, as published lists do it. Field names are those of a Draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scenario_catalog.columns import CONTACT_LENGTH, TEXT_LENGTH, TITLE_LENGTH, URL_LENGTH

Kind = Literal["line", "text", "choice", "several", "tick"]
NEGOTIABLE = "面议"


@dataclass(frozen=True)
class Guide:
    """A field of the form. `longest` is 0 where nothing is typed; a `required` one must be there at submission."""

    field: str
    label: str
    kind: Kind
    help: str
    example: str = ""
    why: str = ""
    longest: int = 0
    rows: int = 1
    required: bool = False


@dataclass(frozen=True)
class Section:
    """Fields that stand together, under the heading of the public page."""

    code: str
    title: str
    fields: tuple[Guide, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        "name",
        "名称与归类",
        (
            Guide(
                "title",
                "场景名称",
                "line",
                "写清对象和要做的事，不写口号，不写“某某平台建设项目”。",
                "供水管网漏损声学识别与派单",
                "企业在清单里只看到这一行，也靠它搜索。",
                TITLE_LENGTH,
                required=True,
            ),
            Guide("system", "所属体系", "choice", "行动方案的五个体系之一。", required=True),
            Guide("domain", "所属领域", "choice", "选最接近的一个；跨领域的，选业务主管的领域。", required=True),
            Guide("tags", "标签", "several", "可多选，也可不选。"),
        ),
    ),
    Section(
        "background",
        "背景与痛点",
        (
            Guide(
                "background",
                "背景与痛点",
                "text",
                "现在怎么做、多大的量、卡在哪里、代价多少。用数字说，不写政策背景。",
                "全区 1860 公里管网，每月人工听漏 4 轮，一支 6 人班组一夜查 12 公里。去年漏损率 9.8%，"
                "暗漏从发生到发现平均 41 天，单处开挖核实约 2.6 万元，三成挖空。",
                "企业据此判断自己的方案对不对症；专家据此判断值不值得做。",
                TEXT_LENGTH,
                6,
            ),
        ),
    ),
    Section(
        "scope",
        "建设内容",
        (
            Guide(
                "scope",
                "建设内容",
                "text",
                "要做什么、做到哪里为止、与哪些现有系统衔接、哪些不做。分条写更清楚。",
                "1. 在 320 个消火栓加装噪声记录仪，夜间自动上传；\n2. 识别漏点并给出位置区间和置信度；\n"
                "3. 向现有工单系统派单，不另建派单平台；\n4. 不改动管网本体，不替换在用水表。",
                "边界不清，报价就没有可比性；写明“不做什么”能少一半问题。",
                TEXT_LENGTH,
                8,
                required=True,
            ),
        ),
    ),
    Section(
        "indicators",
        "考核指标",
        (
            Guide(
                "indicators",
                "考核指标",
                "text",
                "每行一条，写明指标、数值和单位，能在验收时测出来。",
                "漏点识别查准率≥85%\n漏点定位误差≤3 米\n暗漏发现时间由 41 天缩短到 7 天以内",
                "发布后改指标属于实质性变更，要顺延截止日，所以一次写对。",
                TEXT_LENGTH,
                5,
                required=True,
            ),
        ),
    ),
    Section(
        "conditions",
        "揭榜条件",
        (
            Guide(
                "conditions",
                "揭榜条件",
                "text",
                "只写必要条件，并能凭材料核对；不写与能力无关的注册地、规模、荣誉。",
                "有不少于 1 个供水或燃气管网监测的上线案例；项目组驻场不少于 2 人；数据不出政务云。",
                "条件过多会把合适的企业挡在外面，也容易被质疑量身定制。",
                TEXT_LENGTH,
                4,
            ),
        ),
    ),
    Section(
        "resources",
        "可开放的数据、算力与场地",
        (
            Guide(
                "resources",
                "可开放资源",
                "text",
                "能提供哪些数据（多少、是否脱敏、怎么用）、算力、场地、配合人员。",
                "近 3 年漏点工单 2.1 万条、管网 GIS（脱敏）、政务云 2 张推理卡；开放两个片区做试点，由巡检班组配合开挖核实。",
                "同样的指标，有数据和没数据是两种报价。",
                TEXT_LENGTH,
                4,
            ),
        ),
    ),
    Section(
        "acceptance",
        "验收标准",
        (
            Guide(
                "acceptance",
                "验收标准",
                "text",
                "谁来测、测多久、用什么样本、达到什么算通过。",
                "两个片区连续试运行 90 天，由第三方随机抽 60 处开挖核实；各项指标达标，且无数据外泄，方予验收。",
                "落地后的资金支持看测试报告和用户使用报告，现在写清，届时才拿得出。",
                TEXT_LENGTH,
                4,
            ),
        ),
    ),
    Section(
        "articles",
        "关联的方案条款",
        (Guide("articles", "关联条款", "several", "这个场景落实行动方案的哪几条。“建设内容”下面会按您写的给出建议。"),),
    ),
    Section(
        "terms",
        "合作方式与时间",
        (
            Guide(
                "mode",
                "合作模式",
                "choice",
                "揭榜挂帅、试点验证、联合共建在本站报名；采购按政府采购程序办，本站只给出公告链接。",
                required=True,
            ),
            Guide(
                "notice_url",
                "采购公告链接",
                "line",
                "合作模式选“采购”时填写，发布前必须有。",
                "https://example.org/notice/2026-0318",
                longest=URL_LENGTH,
            ),
            Guide("budget", "预算面议", "tick", "金额确实未定再勾选。给出区间，应标的企业会多得多。"),
            Guide("budget_min", "预算下限（万元）", "line", "整数，单位万元。", longest=20),
            Guide(
                "budget_max",
                "预算上限（万元）",
                "line",
                "整数，单位万元；金额固定时上下限填一样。",
                longest=20,
            ),
            Guide("district", "落地区域", "choice", "实际部署的区；多个区一起做选“全市”。", required=True),
            Guide(
                "deadline",
                "报名截止",
                "line",
                "填具体的一天，当天仍可报名。",
                "2026-12-31",
                "给企业留够准备方案的时间；太短会流标。",
                40,
                required=True,
            ),
            Guide(
                "contact_name", "联系人", "line", "公开显示，写科室加姓氏即可。", "设施科王工", longest=CONTACT_LENGTH
            ),
            Guide(
                "contact_phone",
                "联系方式",
                "line",
                "公开显示。请填办公电话；手机号公开时会隐去中间四位。",
                "0755-00001234",
                longest=CONTACT_LENGTH,
            ),
        ),
    ),
)

GUIDES: Mapping[str, Guide] = {guide.field: guide for section in SECTIONS for guide in section.fields}
FIELDS: tuple[str, ...] = tuple(GUIDES)
LABELS: Mapping[str, str] = {guide.field: guide.label for guide in GUIDES.values()}
SEVERAL: frozenset[str] = frozenset(guide.field for guide in GUIDES.values() if guide.kind == "several")
