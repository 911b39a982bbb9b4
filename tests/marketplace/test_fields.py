"""The field that texts are compared in: middles by language, the background's share, and writing it down."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.matching.fields import KINDS, field_of, from_bytes, sample, to_bytes
from marketplace.matching.rules import Text, unit
from scenario_catalog.compared import wording

DIMENSIONS = 8
CHINESE, ENGLISH = "识别管网漏水的位置并排序", "Locates leaks in buried pipes and ranks them"


def text(id_: str, said: str, seed: int) -> Text:
    chance = np.random.default_rng(seed)
    worded = wording(id_, [("summary", said)])
    rows = chance.standard_normal((len(worded.sentences), DIMENSIONS)).astype(np.float32)
    return Text(id_, worded, unit(chance.standard_normal(DIMENSIONS).astype(np.float32)), unit(rows))


def samples(count: int, seed: int = 0):
    texts = [text(f"{seed}-{at}", f"{CHINESE}{seed}{at}", seed + at) for at in range(count)]
    return {"need": sample(texts, DIMENSIONS), "solution": sample(texts, DIMENSIONS)}


def test_without_texts_the_background_is_the_field() -> None:
    background = samples(5)
    field = field_of(samples(0), background)
    expected = background["need"].wholes.mean(0)
    assert field.middles["need"].wholes[False] == pytest.approx(expected, abs=1e-6)
    assert len(field.wholes["solution"]) == 5


def test_what_stands_in_both_counts_once() -> None:
    same = samples(5)
    assert len(field_of(same, same).wholes["need"]) == 5
    assert len(field_of(same, samples(3, seed=50)).wholes["need"]) == 8


def test_many_own_texts_outweigh_the_background() -> None:
    own, background = samples(400, seed=1000), samples(5)
    middle = field_of(own, background).middles["need"].wholes[False]
    assert np.linalg.norm(middle - own["need"].wholes.mean(0)) < 0.05


def test_english_has_a_middle_of_its_own_and_else_that_of_all() -> None:
    both = [text("a", CHINESE, 1), text("Pipes", ENGLISH, 2)]
    known = {kind: sample(both, DIMENSIONS) for kind in KINDS}
    middle = field_of(samples(0), known).middles["need"]
    assert middle.wholes[True] == pytest.approx(both[1].whole, abs=1e-6)
    only_chinese = field_of(samples(0), samples(4)).middles["need"]
    assert only_chinese.wholes[True] == pytest.approx(only_chinese.wholes[False], abs=1e-6)


@given(st.integers(0, 6), st.integers(1, 6))
def test_a_snapshot_reads_back_as_it_was(own: int, seed: int) -> None:
    before = samples(own, seed)
    after = from_bytes(to_bytes(before))
    for kind in KINDS:
        assert list(after[kind].keys) == list(before[kind].keys)
        assert after[kind].wholes == pytest.approx(before[kind].wholes, abs=2e-3)
        assert (after[kind].english == before[kind].english).all()
        assert (after[kind].counts == before[kind].counts).all()
