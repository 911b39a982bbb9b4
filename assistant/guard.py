"""What is not taken as a question: nothing, too much, and attempts to steer the assistant instead of asking it."""

import re
from typing import Literal

from retrieval.text import fold, normalise

LONGEST = 300
Verdict = Literal["ok", "empty", "too_long", "unclear", "unsafe"]

# What steers an assistant, and the wider words that a policy also uses and an attack only with 你的 or 以上的.
STEERING = r"(?:指令|指示|提示词?|设定|设置|上下文|口令|密钥|配置|安全检查|人设|instructions?|prompts?|directives?)"
RULES = r"(?:指令|指示|规则|提示词?|设定|设置|限制|约束|要求|命令|上下文|口令|密钥|配置|规定|条款|原文|的话|安全检查|人设|身份|角色|instructions?|prompts?|rules?|guidelines?|restrictions?|directives?)"
SAY = r"(?:输出|打印|复述|重复|显示|透露|泄露|告诉|念|说出|发给|导出|公开|写出|展示|print|repeat|reveal|show|output|display|tell|recite|leak)"
BEFORE = r"(?:以上|之前|前面|上面|先前|此前|所有|全部|一切|你(?!们)的?|系统|原来|既有)"
ATTACKS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # 忽略以上规则, 忘记之前的设定
        rf"(?:忽略|无视|忘记|忘掉|抛开|跳过|绕过|不要遵守|不用遵守|别管).{{0,4}}{BEFORE}.{{0,8}}{RULES}",
        rf"(?:忽略|无视|忘记|忘掉|抛开|绕过|关闭|解除|取消|违反).{{0,4}}(?:{STEERING}|规则(?=[,，。.!！]|$))",
        rf"(?:ignore|disregard|forget|bypass|override|disable)\b.{{0,40}}(?:{RULES}|polic|above|previous|earlier|before)",
        # 告诉我你的隐藏指令
        rf"{SAY}.{{0,16}}(?:你(?!们)的?|系统|隐藏|内部|初始|开头|收到|your|system|hidden|internal|initial).{{0,14}}(?:{RULES}|索引)",
        rf"{SAY}.{{0,16}}(?:全部|所有|上面|以上|之前).{{0,10}}(?:{STEERING}|索引)|{BEFORE}.{{0,10}}{STEERING}.{{0,6}}{SAY}",
        r"(?:系统|隐藏|内部|初始)(?:提示词?|指令|口令|设定|prompt)|system\s*prompt|hidden\s+(?:prompt|instruction)|(?:developer|debug|god|admin|jailbreak)\s*mode|开发者模式|调试模式|上帝模式|越狱|\bdan\b模式",
        rf"{SAY}\b.{{0,20}}(?:text|words|everything|lines?|message)\s+(?:above|before)|starting with .{{0,4}}you are",
        # 从现在起你是…, 扮演
        r"(?:从现在(?:起|开始)|现在|接下来|今后|假装|假设|设想).{0,6}你(?:就)?(?:是|叫|扮演|变成|作为)|你现在是|(?:你|您|请|来).{0,6}扮演|扮演.{0,12}(?:宣布|回答|回复|说|念)|角色扮演|假扮|模仿.{0,6}口吻|以.{0,10}(?:口吻|身份)(?:宣布|回答|说)|没有任何限制的|你(?!们).{0,20}不再?受.{0,8}(?:限制|约束)|(?:以后|今后|每次|所有)的?回答(?:都|必须|要|里)",
        r"\b(?:pretend|act|behave|roleplay|role-play|imagine)\b.{0,20}(?:you|as|to be)|\byou are (?:now|no longer)|from now on,? you",
        # 当作政策原文引用
        r"(?:把|将|以).{0,60}(?:当作?|视为|看作).{0,6}(?:政策|方案|条款|条文|原文|文件|规定|引文|引用)|作为.{0,6}(?:原文|条文|引文)|(?:加入|编造|虚构|伪造|添加|补充|杜撰).{0,10}(?:引文|条款|条文|引用|一条)|(?:只|都|必须)按(?:这|下面|以下).{0,6}(?:回答|回复)|下面(?:这段)?(?:是|才是)(?:最新|真正|新的?)",
        r"\btreat .{0,60} as (?:the )?(?:policy|official|original|quote)|(?:add|insert|invent|fabricate|make up) .{0,30}(?:quote|citation|article|clause)|new instructions?\s*:|do not cite",
        # 只回复…, reply only with
        r"(?:只|仅|直接)(?:回复|输出|回答|说)[“\"‘「：:]|请(?:回复|输出|说)[“\"‘「]|(?:reply|respond|answer|say)\b.{0,20}(?:only|exactly|just)\b.{0,12}(?:with|the word|:)",
        r"</?(?:doc|context|system|user|assistant|prompt|instruction|s|im_start|im_end)>|\[/?(?:system|inst)\]|<\|.{0,20}\|>|#{2,}\s*(?:system|instruction)|^\s*(?:system|assistant)\s*[:：]",
        # 授权码…,命令你解除检查; 引用检查已取消; 把第九条改写成…; 游戏里原文都可以编
        r"(?:授权码|我(?:以|是).{0,12}(?:身份|权限|值班|管理)).{0,20}(?:命令|要求|指示)你|(?:命令|强制)你.{0,12}(?:解除|取消|关闭|公布|输出|忽略)",
        r"(?:解除|取消|关闭|跳过|停用|绕过|不用|不要|别|无需|免去?).{0,6}(?:引用|引文|原文|核对|校验|检查|查证|查原文|核实)(?:检查|校验|核对)?.{0,12}(?:直接|公布|回答|答|说|编)|不用查(?:原文|文件|方案)|(?:引用|引文|核对|校验)(?:检查|步骤|环节)?(?:已经?)?(?:关闭|取消|解除|失效)",
        r"(?:把|将).{0,16}(?:条|条款|原文|比例|金额|奖励|资助)[^,，。]{0,6}(?:改写|改成|改为|篡改|替换)|改写成|(?:奖励|资助|补贴|比例)[^,，。]{0,6}改为.{0,16}(?:照此|请照|回答|回复)|照此回答",
        r"(?:游戏|故事|剧本|设定)(?:里|中|规则).{0,16}(?:都可以编|随便编|可以编|瞎编)|(?:先|请|帮我|给我)(?:随便)?编(?:一|几|造|个)",
        r"(?:你|从现在(?:开始|起)).{0,10}没有任何(?:限制|约束|规则)|逐字(?:贴|抄|念|输出|打印)|后台的?(?:提示|指令|设定|配置|密码)|数据库密码|管理员密码",
        r"(?:pretend|imagine|assume|suppose)\b.{0,40}\b(?:gone|off|disabled|removed|no longer|does not exist|not exist)\b|\bstate as (?:a )?fact\b|\bas if it were (?:true|official)|without (?:checking|citing|verif\w+)|\byour (?:hidden|secret|system|initial|internal) |\bexecute (?:it|this|the following)",
        r"</?(?:document|source|quote|policy|article|data)>|\b(?:system|developer)\s*[:：]\s*\S",
        r"我是(?:本系统|该系统|本站|你)的?(?:开发|管理|运维|测试)(?:人员|员|者|工程师)|管理员已?(?:授权|批准|允许)|(?:api|access)[ _-]?key|\bsudo\b|drop\s+table|<script",
    )
)


def inspect(text: str) -> Verdict:
    """Judge a question as it was sent."""
    plain = normalise(text).strip()
    if not plain:
        return "empty"
    if len(plain) > LONGEST:
        return "too_long"
    if is_attack(plain):
        return "unsafe"
    return "ok" if re.search(r"[^\W\d_]", plain) else "unclear"


def is_attack(text: str) -> bool:
    """Tell whether a text tries to steer the assistant: its rules, its role, its output, or the text it answers from."""
    folded = fold(text)
    return any(pattern.search(folded) for pattern in ATTACKS)
