"""What a question may ask for, by its words, and how one sees whether a sentence says it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.quantities import quantities

NUMERAL = r"(?:多少|几|how (?:much|many))"


@dataclass(frozen=True)
class Slot:
    """`asked` matches a folded question, `shown` a folded sentence; `figures` are the kinds of quantity that fill it."""

    name: str
    label: str
    label_en: str
    asked: re.Pattern[str]
    shown: re.Pattern[str] | None = None
    figures: frozenset[str] = frozenset()

    def is_filled_by(self, folded: str) -> bool:
        if self.shown is not None and self.shown.search(folded):
            return True
        return any(one.kind in self.figures for one in quantities(folded))


def _slot(name: str, labels: tuple[str, str], asked: str, shown: str = "", figures: str = "") -> Slot:
    pattern = re.compile(shown) if shown else None
    return Slot(name, *labels, re.compile(asked), pattern, frozenset(figures.split()))


SLOTS: tuple[Slot, ...] = (
    _slot(
        "money",
        ("金额", "an amount"),
        r"(?:多少|几|几百|几十|几千)[百十千]?(?:块|元|钱|万|亿)|金额|票价|面值|价格|收费|罚款|(?:奖|补|给|领|拿|投|免|收|赔)(?:励|助|贴)?(?:了|到)?多少(?!个|家|项|人)|多少(?:资助|奖励|补贴|补助|经费|安家费|租金)|(?:资助|奖励|补贴|补助|经费|费|租|租金|学费|价|价格|工资|薪|薪酬|款)(?:是|为|有|一个月|每月|一年|每年)?多少|[各每](?:给|奖|补|是)?多少"
        r"|how much (?:money|funding|support|is the|can|does|will|would|do)|how much\b|amount|price|salary|wage|cost of|fee\b",
        r"免费|不收取|免收|免缴",
        "money",
    ),
    _slot(
        "cap",
        ("上限", "a ceiling"),
        r"封顶|上限|顶格|最高(?:能|可|给|补|奖|资助|多少|是|拿)?|最多|额度|\bcap\b|\bcaps\b|ceiling|maximum|at most|up to how",
        "",
        "money share",
    ),
    _slot(
        "share",
        ("比例", "a share"),
        r"比例|百分之几|百分比|百分点|几成|占比|几个点|what share|percent|proportion|\brate\b|share of",
        "",
        "share",
    ),
    _slot(
        "count",
        ("数量", "a number"),
        r"(?:多少|(?<!哪)几)[多]?(?:个(?!部门|月|小时|工作日)|家|间|项|条(?!路|街)|人|名(?!字)|座|所|批|款|场|台|套|件|种|张|次|架|户|处|平方米|亩|部|支|类)|数量|how many",
        r"[一二两三四五六七八九十百千]+(?:个|家|项|条|人|名|座|所|批|款|场|台|套|件|种|次|架|户|处|类)",
        "count area",
    ),
    _slot(
        "scale",
        ("规模", "a size"),
        r"多大|规模(?:是|有|要|达|目标|多少|的|和|、)|多少(?:p\b|p(?![a-z])|pb|flops)|量级|how (?:big|large)|what size|产值",
        r"千亿|百亿|万亿",
        "computing data money count",
    ),
    _slot("area", ("面积", "an area"), r"面积|占地|多少平(?:方米|米)|floor area|square met", "", "area"),
    _slot(
        "eligibility",
        ("适用对象", "who is eligible"),
        r"(?:哪些|哪类|什么样的|什么|哪种)(?:企业|单位|机构|主体|公司|人|项目|人才)(?:可以|能|才能|有资格|符合|适用)|谁(?:能|可以|有资格|才能)(?:申请|享受|领|拿|报)|(?:申请|享受|申报|领取)?(?:条件|资格|门槛)(?:是|有)?(?:什么|哪些)|适用(?:对象|范围|于谁)|eligib|who (?:can|may) (?:apply|receive|get)|qualif",
        r"适用于|符合.{0,8}条件|登记|注册|资格|面向|不得申请|不适用",
    ),
    _slot(
        "when",
        ("时间", "a time"),
        r"什么时候|啥时候|几时|何时|哪(?:一)?年|几月|哪(?:一)?(?:天|月|日)|日期|截止|什么时间|时间(?:节点|表)|多久|多长时间|期限|有效期|年限|(?<!十)几年|(?<!十)几天|几个月|到期|生效|\bwhen\b|deadline|how long|by what|expire|take effect",
        r"年底|年末|季度|每年|每月|每周|半年|逐小时|\d月|随报随|之日起",
        "year time",
    ),
    _slot(
        "where",
        ("地点", "a place"),
        r"在哪(?!一?[年月日天些个条方])|哪里|哪儿|边度|什么地方|哪(?:个|些|几个|一个)?(?:区(?!别)|片区|地方|城市|园区|街道|景区|地区)|哪条(?:路|街)|地址|\bwhere\b|which (?:districts?|areas?|places?|cit)",
        r"[市省区县镇园港湾]|前海|河套|基地|中心|景区|街道|平台",
    ),
    _slot(
        "street",
        ("具体地址", "an address"),
        r"哪条(?:路|街)|地址|门牌|哪栋|几楼",
        r"[路街道]\d*号|\d+号|大厦|大道",
    ),
    _slot(
        "portal",
        ("网站或入口", "a website"),
        r"网站|网址|链接|小程序|\bapp\b.*(?:申请|下载|报名)|登录|官网|入口|website|\burl\b|link to",
        r"网站|网址|https?:|门户|官网|小程序|一网通办|窗口",
    ),
    _slot(
        "who",
        ("负责单位", "a responsible body"),
        r"谁(?:来|负责|出|管|干|解释|审|批|牵头|发|主管|主办|承担|组织|评|做|在|会|是)|由谁|找谁|是谁|边个|哪(?:个|些|家|一个|几个)(?:部门|单位|机构|局|委)|什么(?:部门|单位|机构)|主管部门|联系人|管理人|\bwho\b|which (?:department|agency|body|authority|bureau)",
        r"[市区县省]\S{0,12}(?:局|委|办|厅|院)|机关|部门|机构|单位|集团|公司|企业|研究院|高校|政府|财政|中心|管理人",
    ),
    _slot(
        "department",
        ("主管部门", "a department"),
        r"哪(?:个|些|一个|几个)(?:部门|局|委)|什么部门|主管部门|which (?:department|authority|bureau)",
        r"[市区县省]\S{0,12}(?:局|委|办|厅)|机关|部门|政府|局(?:牵头|负责|审核)",
    ),
    _slot(
        "procedure",
        ("申请方式", "how to apply"),
        r"(?:怎么|怎样|如何|咋|点样|在哪里?|去哪里?|开始|哪里|能在).{0,6}(?:申请|申领|申报|报名|办理|领取|领(?!域|先|军)|入住|兑现|报送|预约)|申请(?:流程|程序|方式|办法|入口|时间|步骤)|申报(?:流程|程序|方式|时间|入口)|办理流程|手续|流程|\bapply\b|\bapplication (?:process|procedure|form)",
        r"申请|申报|提交|受理|审核|报名|一窗|备案",
    ),
    _slot(
        "materials",
        ("申请材料", "the documents to submit"),
        r"材料|哪些资料|什么资料|什么证件|哪些证|(?:submit|need) .*documents?|paperwork",
        r"材料|资料|证明|证件",
    ),
    _slot(
        "contact",
        ("联系方式", "a contact"),
        r"电话|邮箱|联系方式|怎么联系|如何联系|热线|传真|微信|phone|e-?mail|contact",
        r"电话|邮箱|热线|\d{7,}|@",
    ),
    _slot(
        "manager",
        ("管理人或负责人", "the person or body in charge"),
        r"(?:管理人|负责人|联系人|法人|主任|局长)(?:是|叫|有)?(?:谁|哪|什么)",
        r"管理人(?:由|为|是)|负责人(?:由|为|是)|由\S{2,16}(?:管理|担任)",
    ),
    _slot("reason", ("原因", "a reason"), r"为什么|为啥|为何|点解|什么原因|\bwhy\b", r"为|以便|降低|提升|促进|原因|以"),
)
BY_NAME = {slot.name: slot for slot in SLOTS}
FIGURE_SLOTS = frozenset({"money", "cap", "share", "count", "scale", "when"})


def slots_in(folded: str) -> list[tuple[Slot, list[tuple[int, int]]]]:
    """Return what a folded question asks for, each with the places of the words that say so."""
    found = [(slot, [match.span() for match in slot.asked.finditer(folded)]) for slot in SLOTS]
    return [(slot, spans) for slot, spans in found if spans]


Filled = Callable[[str], bool]
