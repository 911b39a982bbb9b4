"""Article numbers as they are written."""

import pytest

from policies.numbering import numeral, read_label


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("二十二", 22), ("一百零五", 105), ("两百", 200),
        ("一千零一", 1001), ("二〇二四", 2024), ("12", 12), ("１２", 12),
    ],
)  # fmt: skip
def test_numerals(written, value):
    assert numeral(written) == value


@pytest.mark.parametrize(
    ("heading", "written", "number"),
    [
        ("(十)打造高地。", "(十)", (10, 0)),
        ("（二十一） 监管", "（二十一）", (21, 0)),
        ("第三条 目标", "第三条", (3, 0)),
        ("第十二条之一 补充", "第十二条之一", (12, 1)),
        ("第 8 条", "第 8 条", (8, 0)),
        ("(3)细则", "(3)", (3, 0)),
    ],
)
def test_labels(heading, written, number):
    found = read_label(heading)
    assert found is not None
    assert (found.written, found.number) == (written, number)


@pytest.mark.parametrize("heading", ["目标", "一、总则", "(甲)目标", "第条", "关于第三条"])
def test_what_is_no_label(heading):
    assert read_label(heading) is None
