"""Two versions side by side: nothing is lost, and what is marked can be read."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diffing import Piece, Row, diff_fields, diff_text, likeness

TEXTS = st.text("影像初筛的每天。；！?\n 95%AaB,", max_size=60) | st.text(max_size=60)


def joined(rows: Iterable[Row], side: str) -> str:
    return "".join(piece.text for row in rows for piece in getattr(row, side))


def drawn(pieces: Iterable[Piece]) -> str:
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces)


@given(TEXTS, TEXTS)
def test_joining_the_pieces_gives_back_either_text(before: str, after: str) -> None:
    rows = diff_text(before, after)
    assert joined(rows, "left") == before
    assert joined(rows, "right") == after


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {row.kind for row in diff_text(text, text)} <= {"same"}


@given(TEXTS, TEXTS)
def test_what_is_unmarked_says_the_same_on_both_sides(before: str, after: str) -> None:
    for row in diff_text(before, after):
        kept = ["".join("".join(p.text for p in side if not p.marked).split()) for side in (row.left, row.right)]
        if row.kind in {"same", "changed"}:
            assert kept[0] == kept[1]
        else:
            assert kept == ["", ""]


@given(TEXTS, TEXTS)
def test_a_change_is_marked_and_what_stayed_is_not(before: str, after: str) -> None:
    for row in diff_text(before, after):
        assert any(piece.marked for piece in (*row.left, *row.right)) is (row.kind != "same")


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("每天收到影像四千张。", "每天收到影像五千张。", "每天收到影像[四]千张。", "每天收到影像[五]千张。"),
        ("敏感度≥95%", "敏感度≥97.5%", "敏感度≥[95]%", "敏感度≥[97.5]%"),
        ("自动初筛影像。", "自动初筛胸部CT影像。", "自动初筛影像。", "自动初筛[胸部CT]影像。"),
        (
            "预算由区财政安排解决。",
            "预算由市财政统一安排。",
            "预算由[区]财政[安排解决]。",
            "预算由[市]财政[统一安排]。",
        ),
        (
            "连续试运行六十天，不中断。",
            "连续试运行九十天，不中断。",
            "连续试运行[六]十天，不中断。",
            "连续试运行[九]十天，不中断。",
        ),
        # One character that stayed between two changes is swallowed: no salad.
        ("由甲方某部负责采集。", "由乙方的处负责采集。", "由[甲方某部]负责采集。", "由[乙方的处]负责采集。"),
    ],
)
def test_what_differs_inside_a_sentence_is_marked(before: str, after: str, left: str, right: str) -> None:
    (row,) = diff_text(before, after)
    assert (row.kind, drawn(row.left), drawn(row.right)) == ("changed", left, right)


def test_sentences_are_set_against_their_own_other_version() -> None:
    rows = diff_text("甲乙丙丁戊己。\n子丑寅卯辰巳。", "全新的一句话。\n甲乙丙丁戊庚。\n子丑寅卯辰巳。")
    assert [row.kind for row in rows] == ["added", "changed", "same"]
    assert drawn(rows[1].left) == "甲乙丙丁戊[己]。\n"


def test_sentences_that_have_nothing_in_common_are_not_compared() -> None:
    before, after = "提供脱敏影像三万张，全部由三甲医院标注。", "中标之日起两周之内必须进场施工，逾期视为放弃。"
    assert [row.kind for row in diff_text(before, after)] == ["removed", "added"]


def test_short_values_are_versions_of_one_another() -> None:
    (row,) = diff_text("南山区", "福田区")
    assert (drawn(row.left), drawn(row.right)) == ("[南山]区", "[福田]区")
    (row,) = diff_text("120-200", "面议")
    assert (row.kind, drawn(row.left), drawn(row.right)) == ("changed", "[120-200]", "[面议]")


def test_white_space_is_no_change() -> None:
    assert {row.kind for row in diff_text("一句话。\n另一句。", "一句话。另一句。 ")} == {"same"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("的" * 20_000, "的" * 19_999),
        ("a。" * 10_000, "b。" + "a。" * 9_000),
        ("的一" * 1_400, "一的" * 1_399),
        ("甲乙，" * 6_000, "乙甲，" * 6_000),
        ("".join(f"第{n}句不同。" for n in range(2_000)), "".join(f"另{n}句不同。" for n in range(2_000))),
    ],
)
def test_the_longest_texts_are_compared_too(before: str, after: str) -> None:
    rows = diff_text(before, after)
    assert (joined(rows, "left"), joined(rows, "right")) == (before, after)


def test_fields_are_compared_in_the_order_of_their_labels() -> None:
    before = {"scope": "一", "indicators": ["甲", "乙"], "budget_min": None, "unlabelled": "x"}
    after = {"scope": "一", "indicators": ["甲", "丙"], "budget_min": 100}
    labels = {"indicators": "考核指标", "budget_min": "预算", "scope": "建设内容"}
    found = diff_fields(before, after, labels)
    assert [(diff.field, diff.changed) for diff in found] == [
        ("indicators", True),
        ("budget_min", True),
        ("scope", False),
    ]
    assert [diff.before for diff in found] == ["甲\n乙", "", "一"]
    assert found[1].after == "100"


def test_likeness_goes_from_nothing_to_the_same() -> None:
    assert likeness("数据可以带走吗？", "数据可以带走吗？") == 1
    assert likeness("数据可以带走吗？", "驻场需要几个人") == 0
    assert 0.6 < likeness("数据可以带走吗？", "数据能带走吗？") < 1
