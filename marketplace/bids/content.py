"""What a bid says: as it is drafted, as it is sealed, and the digest on the receipt. Plain values and bytes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from core.chain import canonical, instant
from marketplace.bids.rules import DECLARATIONS
from marketplace.calls.rules import Section

# Of the texts that no call sets a length for.
LONGEST: Mapping[str, int] = {"team": 3_000, "price_note": 1_000}
HIGHEST_PRICE = Decimal(10_000_000)
_AMOUNT = re.compile(r"\d{1,8}(?:\.\d{1,4})?")


@dataclass(frozen=True)
class Kept:
    """An encrypted file of a bid: where it lies, the key in hexadecimal, and the SHA-256 of what was handed in."""

    token: str
    key: str
    name: str
    media_type: str
    size: int
    digest: str


@dataclass(frozen=True)
class Draft:
    """A bid as it is being written. `price` is in 万元, as typed; `copy` is what was last sealed, for its bidder."""

    sections: Mapping[str, str] = field(default_factory=dict)
    solution_id: int | None = None
    team: str = ""
    price: str = ""
    price_note: str = ""
    declarations: tuple[str, ...] = ()
    files: tuple[Kept, ...] = ()
    copy: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sealed:
    """The exact bytes that are sealed, and their digests."""

    content: bytes
    price: bytes

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()

    @property
    def price_digest(self) -> str:
        return sha256(self.price).hexdigest()


def dumped(draft: Draft) -> bytes:
    return canonical(asdict(draft)).encode()


def loaded(data: bytes) -> Draft:
    """Return the draft that `dumped` wrote."""
    values = json.loads(data)
    files = tuple(Kept(**one) for one in values.pop("files"))
    return Draft(**{**values, "declarations": tuple(values.pop("declarations")), "files": files})


def amount_of(text: str) -> Decimal | None:
    """Return a price in 万元 with at most four decimals; None for anything else."""
    plain = text.strip().replace(",", "").replace("，", "")
    if not _AMOUNT.fullmatch(plain):
        return None
    try:
        found = Decimal(plain)
    except InvalidOperation:
        return None
    return found if found <= HIGHEST_PRICE else None


def missing(draft: Draft, sections: Sequence[Section], *, priced: bool) -> dict[str, str]:
    """Return what keeps a draft from being submitted, by field: section-KEY, team, price_note, price, declarations."""
    found = {}
    for section in sections:
        text = draft.sections.get(section.key, "").strip()
        if not text and section.required:
            found[f"section-{section.key}"] = f"请填写“{section.title}”"
        elif len(text) > section.longest:
            found[f"section-{section.key}"] = f"“{section.title}”最多 {section.longest} 字，现在 {len(text)} 字"
    for name, most in LONGEST.items():
        if (length := len(getattr(draft, name))) > most:
            found[name] = f"最多 {most} 字，现在 {length} 字"
    if priced and amount_of(draft.price) is None:
        found["price"] = "请填写报价，单位万元，最多四位小数"
    if set(DECLARATIONS) - set(draft.declarations):
        found["declarations"] = "请逐项确认全部声明"
    return found


def sealed(draft: Draft, facts: Mapping[str, Any], nonces: tuple[str, str]) -> Sealed:
    """Return the bytes to seal. `facts` name scenario, bid, parties and solution; nonces are 32 random bytes in hexadecimal."""
    price: dict[str, Any] = {"nonce": nonces[1], "scenario": facts["scenario"], "bid": facts["bid"]}
    price |= {"amount": str(amount_of(draft.price) or ""), "unit": "万元", "note": draft.price_note}
    priced = canonical(price).encode()
    said: dict[str, Any] = {
        **facts,
        "nonce": nonces[0],
        "sections": dict(draft.sections),
        "team": draft.team,
        "declarations": [DECLARATIONS[one] for one in draft.declarations],
        "files": [asdict(one) for one in draft.files],
        "price_digest": sha256(priced).hexdigest(),
    }
    return Sealed(canonical(said).encode(), priced)


def with_copy(draft: Draft, made: Sealed) -> Draft:
    """Return the draft with the exact bytes that were sealed, for the bidder to keep."""
    return replace(draft, copy={"content": made.content.decode(), "price": made.price.decode()})


def receipt_text(number: str, token: str, digest: str, received_at: datetime, site: str) -> str:
    """Return the receipt as a file: what was received, when, and how to check it without this site."""
    return (
        f"揭榜方案递交回执\n\n场景编号  {number}\n方案代号  {token}\n接收时间  {instant(received_at)}\n"
        f"内容摘要  SHA-256 {digest}\n\n核验方法\n"
        f"1. 下载本方案的 content.json（一个字节都不要改动）。\n"
        f"2. 运行 sha256sum content.json（Windows：certutil -hashfile content.json SHA256），结果应与上面的摘要一致。\n"
        f"3. content.json 里的 price_digest 应等于 sha256sum price.json 的结果；files 里每个附件的 digest 应等于该附件的 SHA-256。\n"
        f"4. 在 {site} 输入摘要，可核对接收时间和状态。\n"
    )
