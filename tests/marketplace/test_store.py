"""What a process holds of the solutions: it ranks as the rule does, and follows what is saved, archived and embedded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import update

from core.audit import SYSTEM
from core.extensions import db
from marketplace.matching import finding, matcher, rules, statistics, store, vectors
from marketplace.matching.fields import field_of, samples
from marketplace.matching.finding import Around
from marketplace.matching.packed import Packed, Ragged, Rows, Stored, pack
from marketplace.matching.rules import Field, Text, unit
from marketplace.matching.store import Store
from marketplace.matching.texts import shared, shingles
from marketplace.solutions import operations as solutions
from marketplace.solutions.models import Solution
from marketplace.solutions.rules import facts_of
from retrieval.models import PassageChange
from retrieval.operations import fill_vectors
from scenario_catalog.compared import Wording
from scenario_catalog.models import Scenario
from tests.conftest import make_app
from tests.factories import SolutionFactory, offered
from tests.marketplace.conftest import echo

DIMENSIONS = 64
SAID = (
    "给供水企业做夜间测漏，定位到一米。",
    "识别管网漏水的位置并排序。",
    "Locates leaks in buried pipes and ranks them.",
    "无人机沿河巡查，拍下漂浮物。",
    "按楼栋预测明天的用电，提前调度储能。",
    "从病历里抽取手术史，交医生核对。",
    "𠮷野家门店排班。",
    "好",
)


def rows(count: int, seed: int) -> rules.Vectors:
    """Return vectors of length 1 in a narrow cone, as those of texts are."""
    return unit(np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32) + 1)


def text(id_: str, seed: int, *said: str) -> Text:
    fields = ["name", *["summary"] * (len(said) - 1)]
    whole, *sentences = rows(len(said) + 1, seed)
    return Text(id_, Wording("".join(said), said, fields), whole, np.stack(sentences))


def texts(count: int, seed: int = 0) -> list[Text]:
    choose = np.random.default_rng(seed)
    chosen = (choose.choice(SAID, choose.integers(1, 6), replace=False).tolist() for _ in range(count))
    return [text(str(place), seed + place, *said) for place, said in enumerate(chosen, 1)]


def stored(found: list[Text]) -> list[Stored]:
    """Return the texts with passages numbered by their id."""
    return [Stored(one, 100 * int(one.id), [100 * int(one.id) + at for at in range(1, 50)]) for one in found]


@pytest.fixture
def field() -> Field:
    return field_of(samples(texts(30, 500), texts(40, 600), DIMENSIONS), samples([], [], DIMENSIONS))


def held_of(found: list[Text]) -> Packed:
    made = Packed(DIMENSIONS)
    cut = [one._replace(sentences=one.sentences[: len(one.text.sentences)]) for one in stored(found)]
    for one in cut:
        made.add([one])
    return made


def around_of(held: Packed, field: Field) -> Around:
    made = Around(field)
    made.take_in(held)
    return made


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_the_rule(field: Field, seed: int) -> None:
    found = texts(200, 1000 * seed)
    held = held_of(found)
    (need,) = rules.place([text("need", 77 + seed, *SAID[seed : seed + 4])], "need", field)
    ids, scores = finding.scored(held, around_of(held, field), need)
    exact = rules.scores_of(need, rules.place(found, "solution", field))
    constant = rules.BIAS + rules.WEIGHTS["need_hub"] * need.hub
    assert sorted(ids.tolist()) == list(range(1, 201))
    np.testing.assert_allclose(scores + constant, exact[ids - 1], atol=0.01)


def test_of_many_the_nearest_by_their_wholes_are_compared(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    found = texts(300)
    held, (need,) = held_of(found), rules.place([text("need", 9, *SAID[:3])], "need", field)
    everything = finding.best(held, around_of(held, field), need, 300)
    monkeypatch.setattr(finding, "MOST_COMPARED", 40)
    few = finding.best(held, around_of(held, field), need, 300)
    assert len(few) == 40
    assert [id_ for id_ in everything if id_ in few] == few
    assert finding.best(held, around_of(held, field), need, 7) == few[:7]


def test_letters_are_compared_as_the_rule_compares_them() -> None:
    ones, others = [shingles(said) for said in SAID[:4]], [shingles(said) for said in SAID]
    ragged = Ragged(np.uint32)
    ragged.extend([pack(letters) for letters in others])
    found = finding.shared([pack(letters) for letters in ones], ragged, np.arange(len(others)))
    np.testing.assert_allclose(found, shared(ones, others), atol=1e-6)
    alone = finding.shared([pack(shingles("好"))], ragged, np.arange(len(others)))
    assert not alone.any(), "a text of one letter has no pairs"


def test_what_was_read_stays_while_rows_are_added() -> None:
    growing = Rows(np.int64)
    growing.extend([1, 2])
    read = growing.values
    for number in range(100):
        growing.extend([number])
    assert read.tolist() == [1, 2]
    assert growing.values.tolist() == [1, 2, *range(100)]


def test_items_of_different_lengths_come_back_in_the_order_asked_for() -> None:
    ragged = Ragged(np.int64)
    ragged.extend([np.array([1]), np.array([2, 3, 4])])
    ragged.extend([np.array([5, 6])])
    places, counts = ragged.places(np.array([2, 0, 1]))
    assert ragged.rows.values[places].tolist() == [5, 6, 1, 2, 3, 4]
    assert counts.tolist() == [2, 1, 3]
    assert ragged.owners(np.array([0, 1, 3, 4, 5])).tolist() == [0, 1, 1, 2, 2]


def test_what_is_dropped_is_found_no_more_and_may_come_back(field: Field) -> None:
    found = texts(20)
    held, (need,) = held_of(found), rules.place([text("need", 9, *SAID[:3])], "need", field)
    assert held.drop([302], []) == {3}, "by a sentence"
    assert held.drop([400], []) == {4}, "by its whole"
    assert held.drop([302, 99_999], [5]) == {5}, "by itself; the third was dropped before"
    assert held.standing == 17
    assert not {3, 4, 5} & set(finding.best(held, around_of(held, field), need, 20))
    held.add(stored([text("4", 70, SAID[0])])[:1])
    assert 4 in finding.best(held, around_of(held, field), need, 20)


# In a site.


@pytest.fixture
def nothing_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matcher, "READ_IN_FULL", 0)


@pytest.fixture
def wanted(eight_open: list[Scenario]) -> Scenario:
    return eight_open[1]


@pytest.fixture
def fitting(wanted: Scenario, eight_open: list[Scenario], nothing_in_full: None) -> Iterator[Solution]:
    """The solution that fits, among twenty that do not; all are held."""
    offered(*(SolutionFactory() for _ in range(12)))
    found = [echo(scenario) for scenario in eight_open]
    hold(wanted)
    yield found[1]
    own().thread = None


def own() -> Store:
    return store._present()


def hold(scenario: Scenario) -> None:
    """Ask, and wait until what was missing is there."""
    matcher.solutions_for(scenario)
    thread = own().thread
    assert thread
    thread.join(30)
    assert not thread.is_alive()


def in_full(scenario: Scenario) -> list[rules.Match]:
    """Return the ranking of all public solutions, by the rule alone."""
    _, field = statistics.present_field()
    (need,) = rules.place(vectors.needs([scenario.number or ""]), "need", field)
    ids = db.session.scalars(matcher.queries.solution_ids()).all()
    return rules.solutions_for(need, rules.place(vectors.solutions(ids), "solution", field))


def alike(ones: Sequence[rules.Match], others: Sequence[rules.Match]) -> bool:
    """Tell whether two rankings agree; what is summed in another order differs in the last digits."""
    return [(one.id, one.fits) for one in ones] == [(other.id, other.fits) for other in others] and all(
        one.score == pytest.approx(other.score, abs=1e-4) for one, other in zip(ones, others, strict=True)
    )


def ids_for(scenario: Scenario, most: int = 40) -> list[int]:
    """Return what this process finds by what it holds."""
    found = store.nearest(vectors.needs([scenario.number or ""])[0], most)
    assert found, "it is held"
    return found[0]


def test_until_they_are_held_the_nearest_are_read_and_the_ranking_is_the_same(
    wanted: Scenario, eight_open: list[Scenario], nothing_in_full: None
) -> None:
    offered(*(SolutionFactory() for _ in range(3)))
    found = echo(wanted)
    before = matcher.solutions_for(wanted)
    hold(wanted)
    after = matcher.solutions_for(wanted)
    assert alike(before.matches, after.matches)
    assert alike(before.matches, in_full(wanted))
    assert before.compared == 4
    assert [match.id for match in after.fitting] == [str(found.id)]


def test_the_ranking_is_that_of_all_solutions_in_full(fitting: Solution, wanted: Scenario) -> None:
    ranking = matcher.solutions_for(wanted)
    assert alike(ranking.matches, in_full(wanted))
    assert ranking.compared == 20
    assert ranking.matches[0].id == str(fitting.id)
    assert ranking.matches[0].pairs


def test_a_saved_solution_is_found_by_its_new_words_at_once(fitting: Solution, wanted: Scenario) -> None:
    other = echo(wanted, name="另一个方案", summary=f"{facts_of(fitting.content).summary}也能离线运行，断网不停。")
    assert {fitting.id, other.id} <= set(ids_for(wanted, 2))
    facts = facts_of(other.content)
    away = replace(facts, summary="承接婚礼甜品台，动物奶油和当季水果，全城配送。" * 2, capabilities=("甜品",))
    solutions.save(db.session(), SYSTEM, other, None, away, other.revision)
    db.session.commit()
    fill_vectors()
    assert ids_for(wanted, 2)[0] == fitting.id
    assert other.id not in ids_for(wanted, 2)
    assert alike(matcher.solutions_for(wanted).matches, in_full(wanted))


def test_an_archived_solution_is_dropped_at_once(fitting: Solution, wanted: Scenario) -> None:
    solutions.move(db.session(), SYSTEM, fitting, "archive")
    db.session.commit()
    assert fitting.id not in ids_for(wanted)
    assert alike(matcher.solutions_for(wanted).matches, in_full(wanted))


def test_an_archived_solution_vanishes_before_the_commit(fitting: Solution, wanted: Scenario) -> None:
    fitting.status = "archived"
    db.session.flush()
    assert str(fitting.id) not in {match.id for match in matcher.solutions_for(wanted).matches}
    db.session.rollback()


def test_a_sentence_that_only_moved_to_another_field_is_followed(fitting: Solution, wanted: Scenario) -> None:
    """Its vector stays, but indicators are not compared."""
    said = "凌晨自动采集，分辨漏水与车流。"
    other = echo(
        wanted,
        name="另一个方案",
        summary="给供水企业做夜间测漏，消火栓上装拾振器，不停水，不开挖，定位到一米以内。",
        capabilities=(said, "两点定位"),
    )
    sizes = [sentences_held(wanted, other)]
    facts = facts_of(other.content)
    moved = replace(facts, capabilities=facts.capabilities[1:], indicators=(said,))
    solutions.save(db.session(), SYSTEM, other, None, moved, other.revision)
    db.session.commit()
    fill_vectors()
    sizes.append(sentences_held(wanted, other))
    assert sizes == [4, 3]


def sentences_held(scenario: Scenario, solution: Solution) -> int:
    """Return how many sentences of a solution this process holds."""
    ids_for(scenario)
    held = own().held
    assert held
    (at,) = np.flatnonzero((held.ids.values == solution.id) & held.stands.values)
    return int(held.sentences.counts.values[at])


def test_every_process_follows(fitting: Solution, wanted: Scenario, app: Flask) -> None:
    number = wanted.number or ""
    other = make_app(app.extensions["settings"].instance)
    with other.app_context():
        store.nearest(vectors.needs([number])[0], 40)
        thread = store._present().thread
        assert thread
        thread.join(30)
        assert fitting.id in (store.nearest(vectors.needs([number])[0], 40) or ([], 0))[0]
    solutions.move(db.session(), SYSTEM, fitting, "archive")
    db.session.commit()
    with other.app_context():
        assert fitting.id not in (store.nearest(vectors.needs([number])[0], 40) or ([fitting.id], 0))[0]
        db.session.remove()
        db.engine.dispose()


def test_a_new_snapshot_is_measured_beside_the_requests(fitting: Solution, wanted: Scenario) -> None:
    before = own().snapshot
    assert statistics.snapshot(db.session())
    db.session.commit()
    hold(wanted)
    assert own().snapshot > before
    assert own().around is not None
    assert alike(matcher.solutions_for(wanted).matches, in_full(wanted))


def test_after_a_restored_backup_everything_is_read_anew(fitting: Solution, wanted: Scenario) -> None:
    db.session.execute(update(PassageChange).values(stamp=PassageChange.stamp + 1))
    db.session.commit()
    assert store.nearest(vectors.needs([wanted.number or ""])[0], 5) is None
    hold(wanted)
    assert fitting.id in ids_for(wanted, 1)


@pytest.mark.parametrize(("limit", "value"), [("MOST_FOLLOWED", 1), ("MOST_DROPPED", 0.0)])
def test_after_very_many_changes_everything_is_read_anew(
    fitting: Solution, wanted: Scenario, monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    first = own().held
    monkeypatch.setattr(store, limit, value)
    solutions.move(db.session(), SYSTEM, fitting, "archive")
    db.session.commit()
    hold(wanted)
    held = own().held
    assert held is not first
    assert held is not None
    assert held.standing == len(held) == 19


def test_what_is_more_than_a_process_holds_is_not_held(
    wanted: Scenario, monkeypatch: pytest.MonkeyPatch, nothing_in_full: None
) -> None:
    monkeypatch.setattr(store, "MOST_HELD", 2)
    offered(*(SolutionFactory() for _ in range(3)))
    found = echo(wanted)
    hold(wanted)
    assert own().refused
    assert own().held is None
    assert matcher.solutions_for(wanted).matches[0].id == str(found.id)


def test_what_cannot_be_read_is_told_and_tried_again(
    wanted: Scenario, monkeypatch: pytest.MonkeyPatch, nothing_in_full: None, caplog: pytest.LogCaptureFixture
) -> None:
    echo(wanted)
    with monkeypatch.context() as broken:
        broken.setattr(finding.Around, "take_in", _fail)
        hold(wanted)
    assert "could not be held" in caplog.text
    hold(wanted)
    assert ids_for(wanted)


def _fail(*_: object) -> None:
    raise OSError("no room")
