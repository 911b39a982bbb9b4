"""Two versions of a policy: which article is whose other version, and what differs inside it."""

from dataclasses import dataclass

import pytest

from core.diffing import diff_fields, likeness
from policies.drafts.comparing import compare_articles


@dataclass(frozen=True)
class Written:
    heading: str
    body: str = ""

    @property
    def text(self) -> str:
        return f"{self.heading}\n{self.body}" if self.body else self.heading


FIRST = Written("（一）支持算力。", "每年最高500万元。企业可以申请。")
SECOND = Written("（二）开放数据。", "开放100类数据。")
THIRD = Written("（三）培养人才。", "引进团队5个。")


def kinds(before: list[Written], after: list[Written]) -> list[tuple[str, list[str]]]:
    return [(one.label, [row.kind for row in one.rows]) for one in compare_articles(before, after) if one.changed]


def test_what_is_the_same_is_not_changed():
    assert kinds([FIRST, SECOND], [FIRST, SECOND]) == []


def test_a_figure_that_changed_is_marked_alone():
    after = Written(FIRST.heading, FIRST.body.replace("500", "800"))
    row = next(row for one in compare_articles([FIRST], [after]) for row in one.rows if row.kind == "changed")
    assert [piece.text for piece in row.left if piece.marked] == ["500"]
    assert [piece.text for piece in row.right if piece.marked] == ["800"]


def test_an_article_put_in_between_renumbers_but_is_no_new_text_for_the_others():
    moved = Written("（三）开放数据。", SECOND.body)
    new = Written("（二）建设场景。", "建成场景60个。")
    found = dict(kinds([FIRST, SECOND], [FIRST, new, moved]))
    assert set(found["（二）建设场景。"]) == {"added"}
    assert "changed" in found["（三）开放数据。"]
    assert "removed" not in found["（三）开放数据。"]


def test_an_article_that_is_gone_is_removed():
    assert kinds([FIRST, SECOND, THIRD], [FIRST, THIRD]) == [("（二）开放数据。", ["removed", "removed"])]


def test_articles_that_have_nothing_in_common_are_not_paired():
    found = kinds([SECOND], [Written("（二）监督检查", "由市工信局负责。")])
    assert [set(rows) for _label, rows in found] == [{"removed"}, {"added"}]


@pytest.mark.parametrize(("before", "after"), [([FIRST], [THIRD, SECOND]), ([SECOND, FIRST], []), ([], [FIRST])])
def test_no_word_of_either_side_is_lost(before, after):
    found = compare_articles(before, after)
    left = "".join(piece.text for one in found for row in one.rows for piece in row.left)
    right = "".join(piece.text for one in found for row in one.rows for piece in row.right)
    assert (left, right) == ("".join(one.text for one in before), "".join(one.text for one in after))


def test_parts_of_the_front_matter_are_compared_by_name():
    found = diff_fields(
        {"title": "甲办法", "issuer": "局"}, {"title": "甲办法", "issuer": ""}, {"title": "标题", "issuer": "印发单位"}
    )
    assert [(one.label, one.changed) for one in found] == [("标题", False), ("印发单位", True)]


def test_likeness_leaves_numbers_aside():
    assert likeness("最高500万元", "最高1000万元") == 1.0
    assert likeness("", "甲") == 0.0
