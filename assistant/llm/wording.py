"""What must not change between a quote and a claim: how binding it is, what is denied, on what condition, who acts."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

CLAUSE = re.compile(r"[,;:!?，；：。！？]")

# Words that leave something open, in classes: the claim must keep one of the class that governs what it repeats.
SOFT: Mapping[str, str] = {
    "encourage": "鼓励|倡导|提倡|引导",
    "support": "支持|扶持",
    "only": "方可|方能|才可|才能",
    "may": "可以|可(?=[由按向申享获])",
    "strive": "力争|争取|努力",
    "explore": "探索|研究制定|谋划|拟",
    "push": "推动|推进|促进",
}
SOFT_WORD = re.compile("|".join(f"(?P<{name}>{words})" for name, words in SOFT.items()))
AIMS = r"目标|计划|力争"
# A clause that begins like this has a predicate of its own: what governs the clause before does not govern it.
OWN_PREDICATE = re.compile(r"[对向给按由为]|实施|举办|给予|落实|建立|发挥|完善|加强|到?20\d\d年")

BINDING = "必须|必需|应当|应该|务必|一律|必将|强制|不得|禁止|严禁|确保|保证|保障|承诺|要求|规定了|有权|一定|肯定|必然|强烈|严格"
WIDENING = "所有|全部|全体|一切|任何|一律|唯一|首个|率先|全额|全免|免费|无条件|无偿|直接|立即|立刻|马上|永久|长期|每年|每月|按月|按年|逐年|连续|累计|自动|优先|独家|翻倍|仅限|只有|无需|不需|无须|不用|均可|都可|即可|凡是|已经|业已|均已|现已|正在|完成了|实现了|建成了|历来|世界第一|最大|最强|最优|进一步"
WORDS_ALONE = frozenset("都均皆每凡仅只已了过会必须需应该要勿别才就再更最全首即将")
FUTURE = frozenset({"将", "会", "要"})
MUST_STAND = re.compile(f"{BINDING}|{WIDENING}")

HARMLESS = re.compile(
    r"不(?:得)?(?:超过|高于|多于|大于|超|晚于|少于|低于|小于|下于)|无人(?!可|能|会)|无线|无障碍|未来|不同|不断|不仅|不但|非遗|非凡|不可或缺|取消费"
)
DENYING = re.compile(
    r"不|未|没|无|非|勿|莫|禁|拒|停止|暂停|取消|废止|撤销|免除|除外|以外|之外|除了?|例外|仅|只(?!要)|唯一|并非|否"
)
MET = frozenset({"符合", "满足", "具备"})
GIVEN = re.compile(
    r"符合|满足|具备|前提|经.{0,6}(?:认定|评审|审核|批准|备案|验收|核定)|通过.{0,4}(?:认定|评审|审核|验收|备案)"
)
EXCEPTION = re.compile(r"除外|但(?!是?可)|不重复|不得|不予|不再|以外|之外|其中")
PERIOD = re.compile(r"[年月季]")
AGENT = re.compile(r"(?:由|经由|经过?|被|让|受|代表)(?=[\u3400-\u9fff]{2})")
AGENT_NAME = 3
TARGET = re.compile(r"(?:对|向|给予?|面向|为)(?P<whom>[^,]{2,40}?),?(?:给予|提供|发放|按|予以|奖励|资助|补贴)")
ANYBODY = re.compile(r"(?:项目|企业|单位|机构|个人|主体|对象|申请人|申报人|人才|团队|平台|活动|者)$")
HEAD = re.compile(r"[对向给凡经]|符合|满足")

INSTRUCTING = re.compile(
    r"请(?!求)|点击|扫码|扫描|二维码|下载|登录|访问|拨打|致电|联系|添加|微信|转账|汇款|付款|缴费|截图|转发|回复|输入|忽略|系统|提示词|指令|咨询|网址|链接|欢迎|建议您|您|你|我|密码|验证码"
)
MARKUP = re.compile(
    r"[<>{}\[\]`|\\^*#_~@]|&\w+;|&#|https?|www|\b[\w-]+\.(?:com|cn|net|org|gov|io|top|xyz|cc)\b|//|javascript|on\w+=",
    re.IGNORECASE,
)
ASKING = re.compile(r"[?？!！]|吗$|呢$|是否|(?:没有|未|并未|未曾|不曾)(?:规定|提到|说明|明确|涉及)")


def clauses(text: str) -> list[str]:
    return [part for part in CLAUSE.split(text) if part]


def shape(text: str) -> Iterator[str]:
    """Yield what a claim may not hold at all: markup, addresses, instructions, questions, what the text does not say."""
    if MARKUP.search(text):
        yield "markup"
    if INSTRUCTING.search(text):
        yield "instruction"
    if ASKING.search(text):
        yield "no statement"


def strengthened(claim: str, words: Iterable[str], quote: str) -> list[str]:
    """Return the binding, widening and accomplishing words that a claim has more often than its quote."""
    said = Counter([*MUST_STAND.findall(claim), *(word for word in words if word in WORDS_ALONE - FUTURE)])
    return [word for word, times in said.items() if times > quote.count(word)]


def governing(sentence: Sequence[str], place: int) -> re.Match[str] | None:
    """Return the word that leaves open what a clause of a sentence says; None if it is plainly stated."""
    for clause in reversed(sentence[: place + 1]):
        found = SOFT_WORD.search(clause)
        if found or OWN_PREDICATE.match(clause):
            return found
    return None


def keeps(claim: str, soft: re.Match[str]) -> bool:
    """Tell whether a claim leaves open what this word leaves open: by it, by one of its class, or as an aim."""
    kind = str(soft.lastgroup)
    instead = f"{soft[0]}|{AIMS}" if kind == "push" else f"{SOFT[kind]}|{AIMS}" if kind == "strive" else SOFT[kind]
    return bool(re.search(instead, claim))


def sides(words: Iterable[str]) -> set[str]:
    """Return what sets a time before or after something, where it is a word of its own."""
    return {word for word in words if word in {"前", "后"}}


def periods(claim: str, quote: str) -> list[str]:
    """Return what a claim counts by the year, month or day (年飞行, 首月) where its quote does not."""
    said = [(claim[: one.end()][-2:], claim[one.start() :][:2]) for one in PERIOD.finditer(claim)]
    return [after for before, after in said if before not in quote and after not in quote]


def with_head(sentence: Sequence[str], place: int) -> str:
    """Return a clause, with the one before it that only says to whom or on what condition it applies."""
    headed = place and HEAD.match(sentence[place - 1])
    return ",".join(sentence[place - 1 : place + 1]) if headed else sentence[place]


def denied(text: str) -> Counter[str]:
    """Return what a text denies or excepts with, and how often, bounds of figures aside."""
    return Counter(DENYING.findall(HARMLESS.sub("", text)))


def unconditional(claim: str, promised: str) -> bool:
    """Tell whether a claim leaves out a condition under which its quote promises."""
    given = {found[0] for found in GIVEN.finditer(promised)}
    return any(one not in claim and not (one in MET and "条件" in claim) for one in given)


def agents(claim: str, quote: str) -> list[str]:
    """Return who is said to act (由…, 经…) where the quote does not say so."""
    said = [claim[found.start() : found.end() + AGENT_NAME - 1] for found in AGENT.finditer(claim)]
    return [one for one in said if one not in quote]


def target(clause: str) -> str:
    """Return the last word or two of whom a clause gives something; "" if it names nobody in particular."""
    found = TARGET.search(clause)
    whom = found["whom"] if found else ""
    return "" if not whom or ANYBODY.search(whom) else whom[-2:]
