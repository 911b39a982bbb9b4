"""What a question may ask for, by its words, and how one sees whether a sentence says it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.quantities import quantities

# What stands after 多少 or 几 and is the unit asked for; things are counted in any of the loose ones.
ASKED_UNIT = re.compile(
    r"(?:多少|(?<!十)几)([个家项条种类件批款间]|名(?!字)|人|套|所|座|台|架|处|场|次|户|张|平方米|平米|亩|公里|厘米|米)"
)
ASKING = re.compile(
    r"多少|(?<!十)几|多[大长高宽重久快深远]|什么|哪[个家些种类位几条项]?|谁|怎[么样]|如何|啥|\b(?:how (?:much|many|long|big|large)|what|which|who)\b"
)
LOOSE_UNITS = frozenset("个家项条种类件批款间")
# People are counted in 个 too: 培养几个 is answered by 1500名.
PEOPLE = frozenset("名人位户")


@dataclass(frozen=True)
class Slot:
    """`asked` matches a folded question, `shown` a folded sentence; `figures` are the kinds of quantity that fill it."""

    name: str
    label: str
    label_en: str
    asked: re.Pattern[str]
    shown: re.Pattern[str] | None = None
    figures: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    def is_filled_by(self, folded: str) -> bool:
        """Tell whether a folded sentence says it; a number of people is no number of flats."""
        if self.shown is not None and self.shown.search(folded):
            return True
        return any(one.kind in self.figures and self._fits(one.text) for one in quantities(folded))

    def _fits(self, figure: str) -> bool:
        return not self.units or figure.endswith(tuple(self.units))


def _slot(name: str, labels: tuple[str, str], asked: str, shown: str = "", figures: str = "") -> Slot:
    pattern = re.compile(shown) if shown else None
    return Slot(name, *labels, re.compile(asked), pattern, frozenset(figures.split()))


SLOTS: tuple[Slot, ...] = (
    _slot(
        "money",
        ("金额", "an amount"),
        r"(?:多少|几|几百|几十|几千)[百十千]?(?:块|元|钱|万|亿)|(?:金额|票价|面值|价格|收费|罚款)(?=[^,，。;；]{0,5}(?:多少|几|多高|标准|怎么|如何|什么|$|[?？]))|(?:奖|补|给|领|拿|投|免|收|赔)(?:励|助|贴)?(?:了|到)?多少(?![个家项人条名件座台套种批张])|多少(?:资助|奖励|补贴|补助|经费|安家费|租金)|(?:资助|奖励|补贴|补助|经费|费|租|租金|学费|价|价格|工资|薪|薪酬|款)(?:是|为|有|一个月|每月|一年|每年)?多少|[各每](?:给|奖|补|是)?多少"
        r"|how much (?:money|funding|support|is the|can|does|will|would|do)|how much\b|amount|price|salary|wage|cost of|fee\b",
        r"免费|不收取|免收|免缴",
        "money share",
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
        r"[二两三四五六七八九十百千]+(?:个|家|项|条|人|名|座|所|批|款|场|台|套|件|种|次|架|户|处|类|期|等|级|步|步骤)|分[二两三四五六\d]+(?:年|期|次|批)|[一二两三四五六七八九十]+次性",
        "count area",
    ),
    _slot(
        "scale",
        ("规模", "a size"),
        r"多大|规模(?:是|有|要|达|目标|多少|的|和|、)|多少(?:p\b|p(?![a-z])|pb|flops)|量级|how (?:big|large)|what size|产值",
        r"千亿|百亿|万亿|\d(?:马力|千瓦|吨|立方米)",
        "computing data money count area length",
    ),
    _slot("area", ("面积", "an area"), r"面积|占地|多少平(?:方米|米)|floor area|square met", "", "area"),
    _slot(
        "eligibility",
        ("适用对象", "who is eligible"),
        r"(?:哪些|哪类|什么样的|什么|哪种)(?:企业|单位|机构|主体|公司|人|项目|人才)(?:可以|能|才能|有资格|符合|适用)|谁(?:能|可以|有资格|才能)(?:申请|享受|领|拿|报)|(?:申请|享受|申报|领取)?(?:条件|资格|门槛)(?:是|有)?(?:什么|哪些)|适用(?:对象|范围|于谁)|eligib|who (?:can|may) (?:apply|receive|get|use|claim|enjoy)|哪些人|qualif",
        r"适用于|符合.{0,8}条件|登记|注册|资格|面向|不得申请|不适用|对\S{2,20}(?:企业|单位|机构|项目|人才|名园|个人)|支持\S{0,10}(?:企业|单位|机构)",
    ),
    _slot(
        "when",
        ("时间", "a time"),
        r"什么时候|啥时候|几时|何时|哪(?:一)?年|几月|哪(?:一)?(?:天|月|日)|几号(?!楼)|日期|截止|什么时间|时间(?:节点|表)|多久|多长时间|期限|有效期|年限|(?<!十)几年|(?<!十)几天|几个?(?:工作日|月|周|星期|小时|学期)|多少(?:天|年|个?月|小时)|周期|到期|失效|作废|生效|\bwhen\b|deadline|how long|by what|expire|take effect|how fast|how soon|how often",
        r"年底|年末|季度|每年|每月|每周|半年|逐小时|\d月|随报随|之日起",
        "year time",
    ),
    _slot(
        "where",
        ("地点", "a place"),
        r"在哪(?!一?[年月日天些个条方])|哪里|哪儿|边度|什么(?:地方|位置)|哪(?:个|些|几个|一个)?(?:区(?!别)|片区|地方|城市|园区|街道|景区|地区)|哪条(?:路|街)|地址|\bwhere\b|which (?:districts?|areas?|places?|cit)",
        r"(?:在|位于|设在|依托|落户|覆盖|联合)[^,，。;；]{2,}|(?:片|园|新|合作|高新|特定|各)区|景区|街道|平台|[^社]区域|市、|\S{2}市|小程序|网站|窗口",
    ),
    _slot(
        "street",
        ("具体地址", "an address"),
        r"哪条(?:路|街)|哪个街道|地址|门牌|哪栋|几楼|几号楼|办公地点|\baddress\b|which street",
        r"[路街道]\d*号|\d+号|大厦|大道",
    ),
    _slot(
        "portal",
        ("网站或入口", "a website"),
        r"网站|网址|链接|小程序|\bapp\b.*(?:申请|下载|报名)|登录|官网|入口|哪里下载|下载地址|website|web page|online form|\burl\b|link to",
        r"网站|网址|https?:|门户|官网|小程序|一网通办|窗口",
    ),
    _slot(
        "who",
        ("负责单位", "a responsible body"),
        r"谁(?!家|能|可以|可|有资格|才)|哪家(?:来|负责|牵头|建|管|办|承|运)|找谁|是谁|边个|哪(?:个|些|家|一个|几个)(?:部门|单位|机构|局|委)|什么(?:部门|单位|机构)|主管部门|联系人|管理人|\bwho\b(?! (?:can|may) )|which (?:department|agency|body|authority|bureau)",
        r"[市区县省]\S{0,12}(?:局|委|办|厅|院)|机关|部门|集团|管理人|(?:由|会同|委托|依托|支持|鼓励|指导|推动|组织)[^,，。;；]{0,20}(?:企业|机构|单位|院所|高校|中心|公司|实验室|研究院|队伍)",
    ),
    _slot(
        "department",
        ("主管部门", "a department"),
        r"哪(?:个|些|一个|几个)(?:部门|局|委|处室|科室|厅)|省里哪|市里哪|什么部门|主管部门|归谁管|which (?:department|authority|bureau)",
        r"[市区县省]\S{0,12}(?:局|委|办|厅)|机关|部门|政府|局(?:牵头|负责|审核)",
    ),
    _slot(
        "procedure",
        ("申请方式", "how to apply"),
        r"(?:怎么|怎样|如何|咋|点样|在哪里?|去哪里?|开始|哪里|能在).{0,6}(?:申请|申领|申报|报名|办理|领取|领(?!域|先|军)|入住|兑现|报送|预约)|申请(?:流程|程序|方式|办法|入口|时间|步骤|表)|申报(?:流程|程序|方式|时间|入口)|报名(?:渠道|方式|入口|时间)|渠道|(?:怎么|怎样|如何)(?:个)?(?:报名?|投标|揭榜|入驻|加入|申|注册|登记|预约|备案)|几道程序|哪几道|批下来|哪个窗口|什么窗口|先找谁|审核几天|要经过哪|办理流程|手续|流程|\bapply\b|\bregister\b|\bsign up\b|\bapplication (?:process|procedure|form)",
        r"申请|申报|申领|提交|受理|审核|报名|一窗|备案|批复|许可|方可|通过\S{1,12}(?:平台|小程序|窗口|网站)",
    ),
    _slot(
        "materials",
        ("申请材料", "the documents to submit"),
        r"(?:交|提交|准备|带|备|递|需要|哪些|什么)[^,，。]{0,6}(?:材料|资料|证明|证件|执照)|申请材料|申报材料|申请表|哪些证|(?:上传|提交|递交|交|带)(?:上)?(?:哪几样|哪几种|哪些|什么|啥)(?:东西|文件|表)?|documents? .*(?:submit|need|must)|(?:submit|need|must|which) .*documents?|paperwork",
        r"材料|资料|证明|证件",
    ),
    _slot(
        "contact",
        ("联系方式", "a contact"),
        r"电话|邮箱|联系方式|怎么联系|如何联系|联系谁|联系人|热线|传真|微信|phone|e-?mail|contact|hotline",
        r"电话|邮箱|热线|\d{7,}|@",
    ),
    _slot(
        "manager",
        ("管理人或负责人", "the person or body in charge"),
        r"(?:管理人|运营方|负责人|联系人|法人|法定代表人|主任|局长|处长|院长|会长|理事长|秘书长|带头人|组长|总监|首席\S{0,4}|总\S{0,3}师|总经理|主席)(?:单位)?(?:都)?(?:是|叫|有|由|姓)?(?:谁|哪|什么|啥|姓)|姓甚名谁|是哪位|哪位|(?:都)?有谁|名单|哪家公司(?:运营|管|承|中标)|哪家\S{0,4}(?:运营|承建|中标)"
        r"|name of the (?:director|head|chair\w*|leader|manager|person)|who (?:is|are) the (?:director|head|chair\w*|leader|manager|fund manager)",
        r"(?:管理人|负责人|组长|主任|会长|院长|局长)(?:由|为|是|的)|由\S{2,16}(?:管理|担任|运营|承建)|任(?:组长|主任)",
    ),
    _slot(
        "penalty",
        ("处罚或后果", "a penalty"),
        r"处罚|罚款|被罚|罚多少|怎么罚|要罚|追责|问责|担责|违约|谁赔|要赔|退钱|退回|退还|收回|追回|(?:会|要)(?:被)?取消|后果|会怎么?样|会怎样|penalt|\bfined?\b|punish|paid? back|repay|revoke",
        r"处罚|罚|追责|问责|退回|取消|不得|追回|收回|撤销|赔|停飞|责任|禁止|暂停|终止|不予|废止|作废",
    ),
    _slot(
        "progress",
        ("实际进展", "how far it has come"),
        r"(?:现在|目前|眼下|如今|至今|迄今|截至|已经|实际)[^,，。?？]{0,14}(?:了(?:多少|几|没|吗|么)|到了|几[个家项批]|多少[个家项批])|进展(?:如何|怎么?样|到|情况|呢|$|[?？])|进度如何|[完成建招引落发布拿到]了(?:几|多少)[个家项批]|完成(?:了吗|了没|没有|情况)|开过|签约的|已签|(?:建好|成立|开通|投用|启动|落地)了(?:吗|没|么)|去年[^,，。?？]{0,12}(?:几|多少)|已经[^,，。?？]{0,8}(?:多少|几)|(?:上线|成立|开工|完工|完成|启用|建成|竣工|开通|发布|设立|投用|运行)了(?:吗|没|么)|so far|until now|as of today|have (?:already )?been|current(?:ly)? (?:status|number)|progress",
        r"已(?:建成|完成|开通|落地|发布|成立)|截至",
    ),
    _slot(
        "funding",
        ("资金由谁承担", "who bears the cost"),
        r"谁(?:来)?(?:出钱|掏钱|买单|承担费用)|财政(?:出|还是|承担)|钱(?:是)?(?:从哪|哪里|哪儿)|资金来源|经费来源|哪级财政|who pays",
        r"财政|承担|出资|经费由|全额保障",
    ),
    _slot(
        "criteria",
        ("具体条件或标准", "the exact conditions"),
        r"(?:具体|哪些|什么|满足|达到)[^,，。?？]{0,6}(?:条件|要求)(?!.{0,3}环境)|门槛|够得上|够不够格|够格|才算|(?:评定|认定|评选|入选|评审)(?:标准|办法|条件)|怎样的\S{1,8}(?:才|够|算)|criteria|requirements? (?:for|to)|threshold",
        r"\d[^,，。;；]{0,12}(?:以上|以下|以内|不满|不超过)|不满\S|须|应当|不低于|不少于|适用于|登记|注册|不适用|达到|且|面向",
    ),
    _slot(
        "price",
        ("价格或费用", "a price or cost"),
        r"(?:要|得|需要?|共|一共)?花(?:费)?(?:了)?(?:多少|几)|投资(?:了|是|额|为)*(?:多少|几)|造价|成本(?:是)?多少|[门车船]?票价|门票|多少钱[一每]|[一每][套台座个张次间辆件平][^,，。?？]{0,3}(?:要|卖|收)?多少钱|(?:价格|房价|地价|租金|学费|房租|工资|年薪|月薪|薪水|利率|利息|税率|服务费|管理费|手续费)(?:一?[年月季次亩]|每[年月季]|是|为|有)*(?:多少|几|多高)|卖(?:多少|几)|贵不贵|cost\b|price|fare|tuition|\brent\b|salary|interest rate",
        r"[价租薪]|免费|收费|收取|学费|管理费|服务费|成本|利率|利息|投资(?:额)?\d",
    ),
    _slot(
        "name",
        ("名称", "a name"),
        r"(?:叫|起)(?:个)?(?:什么|啥)|(?:名字|名称|全称|名单|姓名)(?!的)|是哪几[家位个所]|\bnames?\b|\bcalled\b",
        r"“[^”]{2,12}”|《",
    ),
    _slot(
        "figure",
        ("数值", "a figure"),
        r"多少(?![百十千]?(?:块|元|钱|万|亿)|[个家间项条人座所批款场台套件种张次架户处亩部支类]|平方米)|几(?:分之几|成|折)",
        r"[一二两三四五六七八九十半]+分之[一二三四五六七八九十]+|[一二三四五六七八九]折",
        "money share count time computing data area length",
    ),
    _slot("reason", ("原因", "a reason"), r"为什么|为啥|为何|点解|什么原因|\bwhy\b", r"为|以便|降低|提升|促进|原因|以"),
)
BY_NAME = {slot.name: slot for slot in SLOTS}
FIGURE_SLOTS = frozenset({"money", "cap", "share", "count", "scale", "when", "figure"})
COUNTED = frozenset({"count"})
# 多少 alone: asked for only where nothing says of what kind.
ANY_FIGURE = "figure"


def slots_in(folded: str) -> list[tuple[Slot, list[tuple[int, int]]]]:
    """Return what a folded question asks for, each with the places of the words that say so."""
    found = [(slot, [match.span() for match in slot.asked.finditer(folded)]) for slot in SLOTS]
    asked = [(_with_units(slot, folded), spans) for slot, spans in found if spans]
    told = any(slot.name in FIGURE_SLOTS - {ANY_FIGURE} for slot, _ in asked)
    return [(slot, spans) for slot, spans in asked if not (told and slot.name == ANY_FIGURE)]


def _with_units(slot: Slot, folded: str) -> Slot:
    return replace(slot, units=frozenset(_asked_units(folded))) if slot.name in COUNTED else slot


def _asked_units(folded: str) -> Iterator[str]:
    for found in ASKED_UNIT.finditer(folded):
        if found[1] in LOOSE_UNITS:
            yield from LOOSE_UNITS | {"所", "座"} | (PEOPLE if found[1] == "个" else frozenset())
        else:
            yield from {found[1], "个"}
