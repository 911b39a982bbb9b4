"""A file to take in, what its front matter says, its paragraphs as they are corrected, and how a policy ends."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from core import clock
from core.typed import stripped, typed
from policies.drafts.marks import mark_of
from policies.drafts.rules import ABOUT, ARTICLE, ASIDE, BODY, MOST_PARAGRAPHS, ROLES, Paragraph
from policies.parser import IDENTIFIER, LONGEST

LABELS = {
    "id": lazy_gettext("编号（网址的一部分）"),
    "title": lazy_gettext("标题"),
    "title_en": lazy_gettext("英文标题"),
    "issuer": lazy_gettext("印发单位"),
    "issued": lazy_gettext("印发日期"),
    "effective": lazy_gettext("施行日期"),
    "expires": lazy_gettext("有效期至（含当日）"),
    "source": lazy_gettext("来源"),
    "language": lazy_gettext("语言"),
}
EMPTY_LINE = re.compile(r"\n(?:[^\S\n]*\n)+")
LATIN = re.compile(r"[A-Za-z0-9]")


def _most(length: int) -> Length:
    return Length(max=length, message=lazy_gettext("最多 %(max)d 字"))


def _line(name: str) -> StringField:
    return StringField(LABELS[name], [_most(LONGEST[name])], filters=[stripped])


class Day(DateField):
    """A day that says how it is written when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(gettext("请写成 2025-03-01 这样的日期")) from None


def _day(name: str) -> Day:
    return Day(LABELS[name], [Optional()])


class ImportForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A file, and which policy it changes, if it changes one."""

    file = FileField(lazy_gettext("文件"), [FileRequired(lazy_gettext("请选择文件"))])
    document = SelectField(lazy_gettext("这份文件是"), choices=[])


class AboutForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What a policy's front matter says; what is missing is told before publishing, not before saving."""

    revision = IntegerField(validators=[InputRequired()])
    id = StringField(
        LABELS["id"],
        [
            _most(LONGEST["id"]),
            Optional(),
            Regexp(
                rf"{IDENTIFIER.pattern}\Z",
                message=lazy_gettext("只能用小写英文字母、数字，以连字符、下划线或句点相连"),
            ),
        ],
        filters=[stripped],
    )
    title = _line("title")
    title_en = _line("title_en")
    issuer = _line("issuer")
    issued = _day("issued")
    effective = _day("effective")
    expires = _day("expires")
    source = _line("source")
    language = _line("language")

    def validate_expires(self, field: DateField) -> None:
        if field.data and self.effective.data and field.data < self.effective.data:
            raise ValidationError(gettext("不能早于施行日期"))

    @property
    def begun(self) -> int:
        """From which revision the typing began; -1 for none."""
        return -1 if self.revision.data is None else self.revision.data

    @property
    def said(self) -> dict[str, str]:
        """What the form says; a date that is none says nothing."""
        values = {name: self[name].data for name in ABOUT}
        return {name: one.isoformat() if isinstance(one, date) else one or "" for name, one in values.items()}


class SupersedeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Which policy takes a policy's place, and from when."""

    successor = SelectField(lazy_gettext("由哪份文件替代"), choices=[])
    since = Day(lazy_gettext("从哪一天起"), [InputRequired(lazy_gettext("请填写日期"))])

    @property
    def day(self) -> date:
        """From which day, once the form is valid."""
        return self.since.data or clock.today()


class WithdrawForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why a policy is withdrawn."""

    reason = StringField(
        lazy_gettext("撤下的理由"),
        [DataRequired(lazy_gettext("请写明撤下的理由")), _most(200)],
        filters=[stripped],
    )


def about_typed(about: Mapping[str, str]) -> dict[str, str | date | None]:
    """Return what a draft says as its form takes it."""
    days = ("issued", "effective", "expires")
    return {name: _read_day(about[name]) if name in days else about[name] for name in ABOUT}


def paragraphs_typed(sent: Mapping[str, str]) -> list[Paragraph]:
    """Return the paragraphs that were sent: joined where a box is ticked, cut at empty lines, without what was emptied."""
    found = list[Paragraph]()
    for one, is_joined in _rows(sent):
        if is_joined and found:
            found[-1] = Paragraph(found[-1].role, _joined(found[-1].text, one.text))
        else:
            found.append(one)
    return [part for one in found for part in _cut(one)]


def _rows(sent: Mapping[str, str]) -> Iterator[tuple[Paragraph, bool]]:
    for place in range(MOST_PARAGRAPHS + 1):
        text, role = sent.get(f"text-{place}"), sent.get(f"role-{place}", "")
        if text is None:
            return
        yield Paragraph(role if role in ROLES else ASIDE, typed(text)), f"join-{place}" in sent


def _joined(before: str, after: str) -> str:
    before, after = before.rstrip(), after.lstrip()
    between = " " if LATIN.match(before[-1:]) and LATIN.match(after[:1]) else ""
    return f"{before}{between}{after}"


def _cut(one: Paragraph) -> Iterator[Paragraph]:
    """Yield the parts between empty lines; what follows an article is its text, unless it bears a number of that form."""
    parts = [part for part in (part.strip("\n").rstrip() for part in EMPTY_LINE.split(one.text)) if part.strip()]
    form = _form(parts[0]) if parts else ""
    for place, part in enumerate(parts):
        alike = place == 0 or (form != "" and _form(part) == form)
        yield Paragraph(one.role if alike else _below(one.role), part)


def _below(role: str) -> str:
    return BODY if role in {ARTICLE, BODY} else role if role not in {"title", "chapter"} else ASIDE


def _form(text: str) -> str:
    mark = mark_of(text)
    return mark.form if mark else ""


def _read_day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
