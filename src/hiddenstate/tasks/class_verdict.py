"""Is the recurrent network worth it? Labels of the model beside those of the best plain baseline.

Both have labelled the same texts. How far the difference can be trusted comes from a paired bootstrap:
texts are drawn with replacement, equal texts together, and both are measured on what was drawn.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hiddenstate.choices import choose
from hiddenstate.errors import InputError, ShapeError
from hiddenstate.records import Classification
from hiddenstate.seeding import generator
from hiddenstate.tasks.verdict import Verdict

DRAWS = 2000
AT_ONCE = 100
FEWEST_TEXTS = 20  # with fewer different ones, resampling says next to nothing about other texts
FEWEST_DECIDED = 6
"""Texts at least that only one of the two answers right: 5 to 0 is still chance (sign test, p = 0.06)."""


class Marks(NamedTuple):
    """Which of k classes each of p different outcomes has: (p, k) each."""

    truth: NDArray[np.bool_]
    answer: NDArray[np.bool_]
    multi: bool


def judge_classes(
    model: str,
    results: Mapping[str, Classification],
    *,
    metric: Literal["accuracy", "macro_f1", "micro_f1"] = "accuracy",
    seed: int = 0,
    things: str = "texts",
) -> Verdict:
    """Compare the model with the best baseline in `metric`; `gain`, `low` and `high` are differences of it.

    results: answers by name for the same texts in the same order, the model's own under `model`. With
    several labels a text, "accuracy" is the share of texts with all labels right ("exact").
    `things` is what was labelled: texts, recordings.
    Raises `InputError` without a baseline, without texts or without their labels, `ShapeError` where the
    texts differ, `SettingsError` for an unknown metric.
    """
    measure, word = choose(MEASURES, metric, "metric of the verdict")
    if model not in results or len(results) < 2:
        raise InputError(f'verdict: expected answers of "{model}" and of a baseline, got {list(results)}.')
    own = results[model]
    for name, result in results.items():
        if result.truth is None or not len(result.truth):
            raise InputError(f'verdict: expected labelled {things}, got none for "{name}". Give the labels.')
        if result.texts != own.texts or result.labels != own.labels:
            raise ShapeError(f'expected answers of "{name}" for the texts and labels of "{model}".')
    whole = np.ones((1, len(own.texts)))
    values = {name: float(measure(whole, marks_of(result))[0]) for name, result in results.items()}
    best = max((name for name in results if name != model), key=lambda name: values[name])
    blocks = _blocks(own.texts)
    low, high = _interval(own, results[best], blocks, measure, seed)
    gain = values[model] - values[best]
    decided = len(set(blocks[_right(own) != _right(results[best])].tolist()))
    level: Literal["better", "same", "worse"] = "better" if low > 0 else "worse" if high < 0 else "same"
    if decided < FEWEST_DECIDED or blocks.max() + 1 < FEWEST_TEXTS:
        level = "same"
    if blocks.max() + 1 < FEWEST_TEXTS:
        text = (
            f"Too small a test to tell: only {blocks.max() + 1} different {things}. There the {model} has "
            f"{_percent(values[model])} {word}, {best} {_percent(values[best])}."
        )
    else:
        text = share_words(level, (model, best), (values[model], values[best]), (low, high), word)
    return Verdict(text, level, gain, low, high, best)


def marks_of(result: Classification) -> Marks:
    """The record's truth and answers as (n, k) marks; "none of these" and unknown labels have no mark."""
    parts = []
    for part in (result.truth, result.predicted):
        values = np.asarray(part)
        numbers = np.arange(len(result.labels))
        parts.append(values.astype(bool) if result.multi_label else values[:, None] == numbers)
    return Marks(parts[0], parts[1], result.multi_label)


def _accuracy(times: NDArray[np.float64], marks: Marks) -> NDArray[np.float64]:
    right = (marks.truth == marks.answer).all(axis=1)
    return np.asarray(times @ right / times.sum(axis=1))


def _macro_f1(times: NDArray[np.float64], marks: Marks) -> NDArray[np.float64]:
    both, sizes = _counts(times, marks)
    f1 = 2 * both / np.maximum(sizes, 1)  # (draws, k)
    # With one label a text, a class without texts and answers does not count; see `classification_metrics`.
    counted = np.full(sizes.shape, True) if marks.multi else sizes > 0
    return np.asarray((f1 * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1))


def _micro_f1(times: NDArray[np.float64], marks: Marks) -> NDArray[np.float64]:
    both, sizes = _counts(times, marks)
    return np.asarray(2 * both.sum(axis=1) / np.maximum(sizes.sum(axis=1), 1))


def _counts(times: NDArray[np.float64], marks: Marks) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(draws, k) texts that have and got the class, and the sum of those that have it and those that got it."""
    both = times @ (marks.truth & marks.answer)
    return both, times @ marks.truth.astype(np.float64) + times @ marks.answer.astype(np.float64)


Measure = Callable[[NDArray[np.float64], Marks], NDArray[np.float64]]
"""A metric (draws,) of outcomes that were drawn so many `times` (draws, p)."""

MEASURES: dict[str, tuple[Measure, str]] = {
    "accuracy": (_accuracy, "accuracy"),
    "macro_f1": (_macro_f1, "macro-F1"),
    "micro_f1": (_micro_f1, "micro-F1"),
}


def _right_or_wrong(marks: Marks) -> Marks:
    """The same accuracy, from a single mark that every text has and a right answer gives."""
    right = (marks.truth == marks.answer).all(axis=1, keepdims=True)
    return Marks(np.ones_like(right), right, marks.multi)


def _right(result: Classification) -> NDArray[np.bool_]:
    marks = marks_of(result)
    return np.asarray((marks.truth == marks.answer).all(axis=1))


def _blocks(texts: tuple[str, ...]) -> NDArray[np.int64]:
    """(n,) number of each text; equal texts, case and white space aside, share one."""
    numbers: dict[str, int] = {}
    same = [numbers.setdefault(" ".join(text.casefold().split()), len(numbers)) for text in texts]
    return np.array(same, dtype=np.int64)


def _interval(
    model: Classification,
    baseline: Classification,
    blocks: NDArray[np.int64],
    measure: Measure,
    seed: int,
) -> tuple[float, float]:
    """The 95 % percentile interval of the difference over blocks drawn with replacement.

    Blocks with the same outcome (truth, answer and answer) are interchangeable: how often each *kind* of
    block is drawn is all that counts, and there are few kinds however many texts there are.
    """
    own, other = marks_of(model), marks_of(baseline)
    if measure is _accuracy:  # right or wrong is all that counts: at most four outcomes
        own, other = _right_or_wrong(own), _right_or_wrong(other)
    columns = np.concatenate([own.truth, own.answer, other.answer], axis=1)  # (n, 3k)
    _, first, outcome = np.unique(
        np.packbits(columns, axis=1), axis=0, return_index=True, return_inverse=True
    )
    members: dict[int, list[int]] = defaultdict(list)
    for block, number in zip(blocks.tolist(), outcome.ravel().tolist(), strict=True):
        members[block].append(number)
    kinds = Counter(tuple(sorted(numbers)) for numbers in members.values())
    share = np.array(list(kinds.values())) / len(members)
    # Which kind holds which outcome, once for each text of it, in the order of the outcomes.
    held = sorted((number, kind) for kind, numbers in enumerate(kinds) for number in numbers)
    outcomes, holders = np.array(held).T
    starts = np.searchsorted(outcomes, np.arange(len(first)))
    own = Marks(own.truth[first], own.answer[first], own.multi)
    other = Marks(own.truth, other.answer[first], own.multi)
    random = generator(seed, "verdict")
    gains = []
    for _ in range(DRAWS // AT_ONCE):
        drawn = random.multinomial(len(members), share, size=AT_ONCE).astype(np.float64)  # (draws, kinds)
        times = np.add.reduceat(drawn[:, holders], starts, axis=1)  # (draws, outcomes)
        gains.append(measure(times, own) - measure(times, other))
    low, high = np.quantile(np.concatenate(gains), [0.025, 0.975])
    return float(low), float(high)


def share_words(
    level: str,
    names: tuple[str, str],
    values: tuple[float, float],
    interval: tuple[float, float],
    word: str,
) -> str:
    """The verdict on two shares, of the model and of the best baseline; `interval` is that of their difference."""
    (model, best), (low, high) = names, interval
    gain = values[0] - values[1]
    if level == "better":
        return (
            f"The {model} beats the best baseline ({best}) by {_points(gain)} of {word}: "
            f"{_percent(values[0])} against {_percent(values[1])} "
            f"(95 % interval {_number(low)} to {_points(high)})."
        )
    if level == "worse":
        return (
            f"Do not use a recurrent network here: {best} is better; the {model} has {_points(-gain)} of "
            f"{word} less: {_percent(values[0])} against {_percent(values[1])} "
            f"(95 % interval {_number(-high)} to {_points(-low)})."
        )
    return (
        f"No clear difference between the {model} and {best}: use the simpler one. "
        f"{word[0].upper()}{word[1:]} {_percent(values[0])} against {_percent(values[1])} "
        f"(95 % interval of the difference: {_signed(low)} to {_signed(high)} points)."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(difference: float) -> str:
    """A difference of shares: "1.0 point", "2.4 points"."""
    text = _number(difference)
    return f"{text} point" if text == "1.0" else f"{text} points"


def _number(difference: float) -> str:
    """A difference in points that shows what it is: two digits where one would round it to nothing."""
    value = 100 * difference
    return f"{value:.1f}" if abs(value) >= 0.05 else f"{value:.2f}"


def _signed(difference: float) -> str:
    return f"{100 * difference:+.1f}"
