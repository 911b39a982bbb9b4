from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import fuse

RANKINGS = st.lists(st.integers(0, 40), unique=True)


def test_agreement_beats_one_first_place():
    assert [one.id for one in fuse([7, 3], [9, 3])] == [3, 7, 9]


@given(RANKINGS, RANKINGS)
def test_fusing_keeps_each_item_once_in_a_settled_order(lexical, dense):
    fused = fuse(lexical, dense)
    assert sorted(one.id for one in fused) == sorted({*lexical, *dense})
    assert fused == sorted(fused, key=lambda one: (-one.score, one.id))
    assert all(one.lexical_rank is None or lexical[one.lexical_rank - 1] == one.id for one in fused)
