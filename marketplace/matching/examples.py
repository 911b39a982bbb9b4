"""Texts to try the page with: invented solutions in the words their makers would use."""

from typing import NamedTuple


class Example(NamedTuple):
    """What the link says, and the text it fills in."""

    label: str
    text: str


EXAMPLES = (
    Example(
        "地下管线听漏",
        "我们把声学传感器吸附在阀门和消火栓上，采集凌晨的振动信号，用声纹模型区分漏水、用水和水泵噪声，"
        "再由相邻两只传感器的时差推算漏点位置，按可信程度给出开挖次序。已在三家自来水公司试用，"
        "开挖命中率从三成提高到七成以上；塑料管材衰减快，会单独给出可信距离。",
    ),
    Example(
        "慢病老人智能随访",
        "面向基层医疗的语音外呼产品：用普通话、粤语、客家话给高血压、糖尿病老人打电话，语速慢、可打断、可重复，"
        "询问按时服药、血压血糖和身体不适，听到胸痛等危险信号立即转接护士。通话结束自动填写随访表，"
        "家庭医生只看异常名单，首句说明是智能语音。",
    ),
    Example(
        "大模型安全测试",
        "自动化红队平台：对接任意问答接口，自动发起提示注入、越狱、隐私套取、多轮诱导等攻击测试，失败样例完整留痕、"
        "可以重放；模型升级后只重测受影响的部分并与上一版对比，出具风险分级报告，题库每月更新。",
    ),
)
