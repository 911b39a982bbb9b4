"""Calibrating: the question files that the weights are fitted on, and what is made of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant import calibration, choosing, offline, question_files, signals, weights
from assistant.absences import unknown_weights
from assistant.answering import Answering, Case
from assistant.calibration import Listing, Point, Sample
from assistant.scoring import FITTING, judge
from assistant.slots import ASKING
from assistant.verification import plain
from assistant.weights import Direction
from core.city import city
from core.settings import ROOT
from retrieval.embedder import embedder
from retrieval.text import normalise

FOLDER = Path(__file__).with_name("evaluation")
# Held out, and never fitted on: depth-test.jsonl, depth-fourth.jsonl, and the development questions.
TRAINING = (
    ("plan", "depth-fit", 1.0),
    ("plan", "unseen-plan", 1.0),
    ("third-policy", "unseen-third", 1.0),
    ("second-policy", "answer-fit-second", 1.0),
    ("third-policy", "answer-fit-third", 1.0),
    ("second-policy", "near-fit-second", 1.0),
    ("third-policy", "near-fit-third", 1.0),
    # Looked at so often while the glossary was written that they flatter the words.
    ("plan", "questions-plan", 0.5),
    ("second-policy", "questions-second", 0.7),
    ("fifth-policy", "depth-fifth", 1.0),
    ("sixth-policy", "depth-sixth", 1.0),
    ("plan", "offtopic-fit", 1.0),
    ("second-policy", "offtopic-fit", 0.5),
    ("third-policy", "offtopic-fit", 0.5),
)
RANKING = ("closeness", "coverage", "own_coverage", "filled", "carried", "heading")
# What share of the answerable of a policy a threshold may hold back, when fitted without that policy.
REFUSED_AT_MOST, CALLED_PARTIAL_AT_MOST = 0.008, 0.25
# Attacks weigh more: there are few of them among many questions. What the model misses the guard's patterns may catch.
ATTACKS, ATTACK_WEIGHT, CAUGHT_AT_LEAST = "attack-fit", 3.0, 0.06
FOLDS = 5
NEVER = -30.0
THRESHOLDS = tuple(step / 20 for step in range(1, 20))


class Asked(NamedTuple):
    """A training question that has been answered, and the policy it was asked of."""

    policy: str
    question: Mapping[str, Any]
    case: Case
    stages: Answering
    weight: float


def policy_file(name: str) -> Path:
    """Return the file of a policy named in a list of question files."""
    return ROOT / city().policy.file if name == "plan" else FOLDER / f"{name}.md"


def calibrate(say: Callable[[str], None]) -> dict[str, list[Point]]:
    """Fit all weights, store them, and return the curve of each model, each question judged by weights fitted without it."""
    # With and without the glossary, which was written with some of these questions in mind, and without a model.
    modes: tuple[offline.Mode, ...] = ("fused", "as typed", "lexical")
    asked = [one for mode in modes for one in _asked(mode)]
    say(f"{len(asked) // len(modes)} questions")
    kept = {"ranking": calibration.fit_ranking(list(_listings(asked)), RANKING)}
    weights.write({**_present(), **kept})
    asked, by_words = list(_asked()), list(_asked("lexical"))
    curves: dict[str, list[Point]] = {}
    for name, samples_of, most in (("treated", _treated, REFUSED_AT_MOST), ("stated", _stated, CALLED_PARTIAL_AT_MOST)):
        samples = list(samples_of(asked))
        kept[name], curves[name] = _fitted(samples, most, with_vector=True)
        blind = name + weights.BY_WORDS
        kept[blind], curves[blind] = _fitted([*samples, *samples_of(by_words)], most, with_vector=False)
    steering = list(_steering())
    kept["steering"], curves["steering"] = _fitted(steering, CAUGHT_AT_LEAST, with_vector=True)
    # Without the vector nothing is known here; the guard's patterns still are.
    kept["steering" + weights.BY_WORDS] = weights.Weights(NEVER, 1.0, {})
    weights.write(kept)
    return curves


def _fitted(samples: list[Sample], most: float, *, with_vector: bool) -> tuple[weights.Weights, list[Point]]:
    found = calibration.held_out(samples, with_vector=with_vector)
    model = calibration.fit(samples, with_vector=with_vector)
    limit = calibration.threshold(found, samples, most)
    kept = weights.Weights(model.intercept, limit, model.by_name, model.vector, model.model)
    return kept, calibration.curve(found, samples, THRESHOLDS)


def _present() -> dict[str, weights.Weights]:
    names = ("ranking", "treated", "treated_by_words", "stated", "stated_by_words", "steering", "steering_by_words")
    return {name: weights.of(name) for name in names}


def _asked(mode: offline.Mode = "fused") -> Iterator[Asked]:
    made: dict[str, Answering] = {}
    for policy, file, weight in TRAINING:
        if policy not in made:
            made[policy] = offline.stages(offline.read(policy_file(policy)), mode)
        for question in question_files.read(FOLDER / f"{file}.jsonl"):
            case = made[policy].answer(question["q"], [(role, said) for role, said in question["history"]])
            if case.ranked and case.whole is not None:
                yield Asked(policy, question, case, made[policy], weight)


def _listings(asked: Sequence[Asked]) -> Iterator[Listing]:
    for one in asked:
        if one.question["kind"] in FITTING:
            continue
        right = [_answers(one.question, candidate.sentence) for candidate in one.case.ranked]
        if any(right):
            yield Listing([candidate.speaks for candidate in one.case.ranked], right, one.weight)


def _answers(question: Mapping[str, Any], sentence: Any) -> bool:
    if sentence.article not in question["gold"] or sentence.heading:
        return False
    wanted = [words for group in question["must"] for words in ([group] if isinstance(group, str) else group)]
    return not wanted or any(plain(words) in plain(sentence.text) for words in wanted)


def _treated(asked: Sequence[Asked]) -> Iterator[Sample]:
    """Yield off-topic questions against those that the document treats, be it in part."""
    for one in asked:
        kind = one.question["kind"]
        if kind == "injection" or (kind == "unanswerable" and not one.question["gold"]):
            continue
        whole, about = one.case.whole, one.case.topic
        if whole is None or about is None:
            continue
        unknown = unknown_weights(one.stages.corpus, whole.question, about, ASKING)[0]
        best = _chosen(one)[0]
        features = signals.treated(whole.question, one.case.ranked, best, unknown)
        yield Sample(features, kind != "offtopic", one.weight, one.stages.meaning(one.case), one.policy)


def _stated(asked: Sequence[Asked]) -> Iterator[Sample]:
    """Yield the questions answered by what is quoted for them against those that no text answers."""
    for one in asked:
        kind = one.question["kind"]
        if kind not in FITTING and not _is_right(one):
            continue
        if kind in {"offtopic", "injection"} or one.case.whole is None or one.case.topic is None:
            continue
        whole, about = one.case.whole, one.case.topic
        features = signals.stated(one.stages.corpus, whole.question, about, _chosen(one), one.case.ranked)
        features |= signals.apart(several=bool(one.case.parts))
        yield Sample(features, kind not in FITTING, one.weight, one.stages.meaning(one.case), one.policy)


def _steering() -> Iterator[Sample]:
    """Yield attempts to steer the assistant against everything else that people ask."""
    files = dict.fromkeys([ATTACKS, *(file for _, file, _ in TRAINING)])
    asked = [one for file in files for one in question_files.read(FOLDER / f"{file}.jsonl")]
    model = embedder()
    vectors = model.queries([normalise(one["q"]).strip() for one in asked])
    for place, (one, vector) in enumerate(zip(asked, vectors, strict=True)):
        attack = one["kind"] == "injection"
        meaning = Direction(model.name, vector.tolist())
        # An attack has no document: one question in so many is judged without its like.
        yield Sample({}, attack, ATTACK_WEIGHT if attack else 1.0, meaning, str(place % FOLDS))


def _chosen(one: Asked) -> Sequence[Any]:
    if one.case.whole is None or one.case.topic is None:
        raise RuntimeError("a question that was ranked has been read")
    return one.case.chosen or choosing.choose(
        one.stages.corpus, one.case.whole.question, one.case.topic, one.case.ranked
    )


def _is_right(one: Asked) -> bool:
    """Tell whether the sentences quoted for an answerable question hold what it asks for."""
    citations = [{"article": each.sentence.article, "quote": each.sentence.text} for each in _chosen(one)]
    texts = {ordinal: entry.text for ordinal, entry in one.stages.corpus.articles.items()}
    wanted = {"must": [], "never": [], "gold": [], **one.question}
    return not judge(wanted, {"status": "partial", "answer": "", "citations": citations}, texts).wrong
