"""The state of the list, read from an address and written back."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFoundError
from scenario_catalog.filters import CLOSING, FACETS, LONGEST_QUERY, SORTS, Filters
from scenario_catalog.rules import MODES, SHOWN

VOCABULARY = {
    "status": SHOWN,
    "closing": CLOSING,
    "domain": {"healthcare": "医疗", "education": "教育", "finance": "金融"},
    "system": {"governance": "城市治理+AI"},
    "mode": MODES,
    "district": {"全市": "全市", "南山区": "南山区"},
    "tag": {"tax": "财税缴纳", "film": "影视"},
    "agency": {"a-1": "甲局", "b-2": "乙&局"},
    "batch": {"1": "第一批", "2": "第二批"},
}

SINGLE = {"closing"}
TEXT = st.text(max_size=600)
CHOICES = {
    facet: st.lists(st.sampled_from(sorted(codes)), unique=True, max_size=1 if facet in SINGLE else 3)
    for facet, codes in VOCABULARY.items()
}
ARGS = st.fixed_dictionaries(
    {},
    optional={**CHOICES, "q": st.lists(TEXT, max_size=2), "sort": st.lists(st.sampled_from(sorted(SORTS)), max_size=1)},
)


def parse(query: str) -> Filters:
    return Filters.parse(parse_qs(query.removeprefix("?"), keep_blank_values=True), VOCABULARY)


@given(ARGS)
def test_an_address_reads_back_as_it_was_written(args: dict[str, list[str]]):
    filters = Filters.parse(args, VOCABULARY)
    assert parse(filters.query_string()) == filters
    assert Filters.parse(parse_qs(filters.query_string(page=3).removeprefix("?")), VOCABULARY) == filters


@given(ARGS)
def test_the_order_of_parameters_does_not_matter(args: dict[str, list[str]]):
    turned = {name: values if name in {"q", "sort"} else values[::-1] for name, values in reversed(args.items())}
    assert Filters.parse(turned, VOCABULARY) == Filters.parse(args, VOCABULARY)


@given(ARGS, st.sampled_from([(facet, code) for facet in FACETS for code in VOCABULARY[facet]]))
def test_a_choice_is_added_and_taken_away(args: dict[str, list[str]], choice: tuple[str, str]):
    filters = Filters.parse(args, VOCABULARY)
    facet, code = choice
    toggled = filters.toggled(facet, code)
    assert (code in toggled.codes(facet)) != (code in filters.codes(facet))
    if facet not in SINGLE:
        assert parse(toggled.toggled(facet, code).query_string()) == filters
    assert (
        parse(toggled.without(facet, code).query_string()) == parse(filters.without(facet, code).query_string())
        or facet in SINGLE
    )


@given(st.sampled_from(sorted([*FACETS, "sort"])), st.text(min_size=1))
def test_a_code_that_nothing_has_is_not_found(name: str, code: str):
    known = SORTS if name == "sort" else VOCABULARY[name]
    if code in known:
        assert Filters.parse({name: [code]}, VOCABULARY)
    else:
        with pytest.raises(NotFoundError):
            Filters.parse({name: [code]}, VOCABULARY)


def test_what_is_empty_was_not_chosen():
    assert parse("?domain=&q=&sort=&status=") == Filters()
    assert Filters().query_string() == ""


def test_what_the_list_does_not_know_is_left_alone():
    assert parse("?utm_source=x&page=2") == Filters()


def test_the_text_is_cleaned_of_what_cannot_be_seen():
    assert parse("?q=%00%E2%80%8B 影像%0A%09初筛 %F3%A0%81%A1").q == "影像 初筛"
    assert parse("?q=Ａ").q == "Ａ", "what was typed is shown as it was typed"


@pytest.mark.parametrize(("length", "too_long"), [(LONGEST_QUERY, False), (LONGEST_QUERY + 1, True), (10_000, True)])
def test_a_text_that_is_too_long_is_kept_but_not_searched_for(length: int, *, too_long: bool):
    filters = parse(f"?q={'长' * length}")
    assert filters.too_long == too_long
    assert len(filters.q) == length
    assert bool(filters.query) != too_long


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "newest"),
        ("q=影像", "relevance"),
        ("sort=budget", "budget"),
        ("q=影像&sort=newest", "newest"),
        ("sort=relevance", "newest"),
    ],
)
def test_the_order_follows_the_search(query: str, order: str):
    assert parse(query).order == order


@given(ARGS, st.sampled_from([(facet, code) for facet in FACETS for code in VOCABULARY[facet]]))
def test_the_quick_way_to_a_query_string_is_the_same_state(args: dict[str, list[str]], choice: tuple[str, str]):
    filters, (facet, code) = Filters.parse(args, VOCABULARY), choice
    assert parse(filters.toggling(facet)(code)) == parse(filters.toggled(facet, code).query_string())
