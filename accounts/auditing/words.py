"""What the log's codes are called, where neither a lifecycle nor the authorisation table has the word."""

from collections.abc import Iterable, Mapping

from core.lifecycle import Lifecycle

SUBJECTS: Mapping[str, str] = {
    "account": "账号",
    "approval": "请批",
    "attachment": "附件",
    "batch": "批次",
    "bid_invitation": "揭榜邀请",
    "claim": "认领申请",
    "conversation": "对话",
    "corrigendum": "更正",
    "demo": "演示数据",
    "enterprise_profile": "企业资料",
    "file": "文件",
    "follow": "关注",
    "invitation": "邀请",
    "membership": "成员",
    "milestone": "里程碑",
    "organisation": "单位",
    "person": "账号",
    "policy": "政策文件",
    "preview_link": "预览链接",
    "question": "提问",
    "research_notice": "联合研发征集",
    "responsibility": "经办人",
    "review": "审核",
    "review_comment": "审核批注",
    "scenario": "场景",
    "scenario_version": "草稿旧版",
    "shortlist": "短名单",
    "solution": "方案",
    "verification": "单位认证",
}

VERBS: Mapping[str, str] = {
    "accept": "接受",
    "add": "添加",
    "ask": "提问",
    "assign": "指定",
    "attach": "添加附件",
    "begin": "开始",
    "change": "修改",
    "change_email": "更换邮箱",
    "change_password": "修改密码",
    "change_role": "调整角色",
    "comment": "批注",
    "confirm": "确认",
    "correct": "更正",
    "create": "新建",
    "create_operator": "设为运营方管理员",
    "decline": "谢绝",
    "delete": "删除",
    "describe": "填写资料",
    "detach": "移除附件",
    "edit": "修改",
    "end": "结束",
    "erase": "注销并清除",
    "export": "导出",
    "follow": "关注",
    "freeze": "固定",
    "import": "导入",
    "invite": "邀请",
    "issue": "发布更正",
    "join": "加入",
    "leave": "离开",
    "load": "载入",
    "lock": "锁定账号",
    "pass_on": "移交",
    "purge": "清除",
    "record_result": "登记成果",
    "redact": "遮蔽",
    "refuse": "不同意",
    "register": "登记",
    "release": "放回队列",
    "remove": "移除",
    "remove_second_factor": "停用两步验证",
    "rename": "修改姓名",
    "renew": "声明代码变更",
    "request": "请求",
    "resend": "重新发送",
    "reset_password": "重设密码",
    "resolve": "办结批注",
    "restore": "恢复旧版",
    "retitle": "改名",
    "revoke": "撤销",
    "save": "保存",
    "set_aside": "另存一版",
    "set_mail_level": "修改邮件提醒",
    "set_second_factor": "启用两步验证",
    "settle": "办结",
    "share": "生成链接",
    "shift": "调整顺序",
    "sign_in": "登录",
    "sign_out": "退出登录",
    "sign_up": "注册",
    "take": "认领审核",
    "unfollow": "取消关注",
    "upload": "上传",
}

CAUSES: Mapping[str, str] = {"daily": "每日", "publication": "批次发布", "deadline": "报名截止", "opening": "开标"}


def verb_label(subject_type: str, verb: str, lifecycles: Iterable[Lifecycle], declared: Mapping[str, str]) -> str:
    """Return what an event did: the lifecycle's word, the authorisation table's (`declared`), ours, or the code."""
    for lifecycle in lifecycles:
        if lifecycle.name == subject_type and (word := lifecycle.label(verb)) != verb:
            return word
    return VERBS.get(verb) or declared.get(f"{subject_type}.{verb}") or verb


def subject_label(subject_type: str) -> str:
    return SUBJECTS.get(subject_type, subject_type)
