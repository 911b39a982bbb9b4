"""No quote that is not to the letter, no number from anywhere else."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import CATALOG, Answer, Citation
from assistant.verification import is_exact, unsupported_numbers, verified

TEXT = "(九)深化数据治理。\n对符合条件的项目给予不超过项目总投入的50%、最高1000万元资助。"
QUOTE = "对符合条件的项目给予不超过项目总投入的50%、最高1000万元资助。"
START = TEXT.index(QUOTE)


def citation(quote: str = QUOTE, start: int = START) -> Citation:
    return Citation("plan", 1, 9, "第（九）条", quote, start, start + len(quote))


number = st.integers(0, 10**9)


@given(number, number)
def test_a_number_is_supported_only_as_a_whole(said: int, stands: int) -> None:
    found = unsupported_numbers(f"最高{said}万元", [f"最高{stands}万元"])
    assert (found == []) == (said == stands)


@given(st.lists(number, max_size=5), st.text("资助最高不超过，。", max_size=10))
def test_numbers_of_the_sources_are_supported(numbers: list[int], words: str) -> None:
    text = words.join(f"{one:,}元" for one in numbers)
    assert unsupported_numbers(text, [text.replace(",", "")]) == []


@given(st.integers(1, 99))
def test_the_number_of_an_article_is_no_figure(ordinal: int) -> None:
    assert unsupported_numbers(f"第（{ordinal}）条，第{ordinal}条，Article {ordinal}: ", []) == []


@given(st.text(min_size=1, max_size=30), st.integers(0, 60))
def test_a_quote_is_exact_only_at_its_place(quote: str, start: int) -> None:
    assert is_exact(citation(quote, start), TEXT) == (TEXT[start : start + len(quote)] == quote)


def test_what_holds_stays() -> None:
    answer = Answer("answered", "第（九）条写明：", (citation(),))
    assert verified(answer, {9: TEXT}, ["问"]) == answer


def test_a_changed_quote_is_dropped_and_nothing_else_is_said() -> None:
    answer = Answer("answered", "最高1000万元", (citation(QUOTE.replace("50", "90")),))
    checked = verified(answer, {9: TEXT}, ["问"])
    assert checked.status == "not_covered"
    assert checked.citations == ()
    assert "1000" not in checked.text


def test_a_frame_with_a_foreign_number_is_taken_off() -> None:
    checked = verified(Answer("answered", "最高3000万元", (citation(),), note="共7项"), {9: TEXT}, ["问"])
    assert checked.lead == ""
    assert checked.note == ""
    assert checked.citations == (citation(),)


def test_a_number_of_the_question_may_be_repeated() -> None:
    answer = Answer("answered", "问题中说“500万”，原文为“1000万元”", (citation(),))
    assert verified(answer, {9: TEXT}, ["是500万吧"]) == answer


def test_counts_of_the_list_are_the_sites_own() -> None:
    answer = Answer("answered", "场景有 7 个。", mode=CATALOG)
    assert verified(answer, {}, ["问"]) == answer
