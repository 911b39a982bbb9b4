"""What people type keeps all that can be seen, and nothing else."""

import pytest

from core.typed import one_line, stripped, typed


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\u200b", "\u202e", "\ufeff", "\U000e0041"])
def test_what_cannot_be_seen_goes(unseen: str) -> None:
    assert typed(f"湾岸{unseen}区") == "湾岸区"


def test_line_ends_are_one_character_and_stay_in_longer_texts() -> None:
    assert typed(None) == ""
    assert stripped("\r\n 一\r\n\r二\t三 \n") == "一\n\n二\t三"
    assert one_line("  一 \n 二\t\t三 ") == "一 二 三"


def test_markup_and_rare_characters_are_text() -> None:
    text = "<b>𠮷田</b> & “城市+AI” 👍"
    assert one_line(text) == stripped(text) == text
