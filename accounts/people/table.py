"""Rows of the authorisation table: what everybody may, and what everybody may with the own account."""

from core.access import ANYONE, SIGNED_IN, Access

ACCESS: tuple[Access, ...] = (
    Access("account.open", "注册、登录、找回密码", frozenset({ANYONE})),
    Access("account.manage", "管理自己的账号", frozenset({SIGNED_IN})),
)
