"""Secrets that people write down: 128 random bits as 28 signs, the last two of which tell a slip of the pen from a wrong secret."""

import secrets
from hashlib import blake2b

from flask_babel import gettext as _

from core.errors import InvalidInputError

# Crockford's base 32: no I, L, O, U; what is easily mistaken for a digit is read as one.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
BYTES, BITS, GROUP = 16, 5, 4
LENGTH, CHECK = 26, 2


def new_code() -> str:
    """Return a new secret as people read it: ABCD-EFGH-…, seven groups of four."""
    return written(secrets.token_bytes(BYTES))


def written(secret: bytes) -> str:
    """Write 16 bytes as 28 signs in groups of four."""
    signs = _signs(int.from_bytes(secret) << 2, LENGTH) + _check(secret)
    return "-".join(signs[place : place + GROUP] for place in range(0, len(signs), GROUP))


def read(text: str) -> bytes:
    """Return the 16 bytes. Raises InvalidInputError for a text that cannot be such a secret: something was mistyped."""
    signs = "".join(text.upper().split()).replace("-", "").translate(MEANT)
    if len(signs) != LENGTH + CHECK or any(sign not in SIGNS for sign in signs):
        raise InvalidInputError(_("应为 7 组、每组 4 个字符，如 7K2M-…；请检查是否漏抄"))
    number = sum(SIGNS.index(sign) << BITS * place for place, sign in enumerate(reversed(signs[:LENGTH])))
    secret = (number >> 2).to_bytes(BYTES + 1)[1:]
    if written(secret).replace("-", "") != signs:
        raise InvalidInputError(_("抄写有误：校验不符，请逐组核对"))
    return secret


def _signs(number: int, length: int) -> str:
    return "".join(SIGNS[number >> BITS * place & len(SIGNS) - 1] for place in reversed(range(length)))


def _check(secret: bytes) -> str:
    return _signs(int.from_bytes(blake2b(secret, digest_size=2, person=b"code-check").digest()), CHECK)
