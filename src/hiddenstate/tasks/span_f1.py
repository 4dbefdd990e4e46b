"""How well words are tagged: F1 of spans as conlleval computes it, and the share of words with the right tag."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.spans import Scheme, Span, spans_of, strict_spans_of
from hiddenstate.errors import ShapeError
from hiddenstate.records import ClassRow, Tagging

Tags = Sequence[Sequence[str]]


class SpanCounts(NamedTuple):
    """Of each of n sentences (n,)."""

    right: NDArray[np.int64]
    """Spans of the answer that the truth has too: same words, same name."""
    answered: NDArray[np.int64]
    true: NDArray[np.int64]


def count_spans(truth: Tags, answers: Tags, *, strict: bool = False, scheme: Scheme = "bio") -> SpanCounts:
    """Spans of each sentence; `strict` counts only those that are written down without a fault.

    Raises `ShapeError` where the two differ in sentences or words.
    """
    _check(truth, answers)
    read: Callable[[Sequence[str]], list[Span]] = spans_of
    if strict:

        def read(tags: Sequence[str]) -> list[Span]:
            return strict_spans_of(tags, scheme)

    rows = np.zeros((3, len(truth)), dtype=np.int64)
    for place, (own, answer) in enumerate(zip(truth, answers, strict=True)):
        expected, got = set(read(own)), set(read(answer))
        rows[:, place] = len(expected & got), len(got), len(expected)
    return SpanCounts(*rows)


def f1_of(counts: SpanCounts) -> tuple[float, float, float]:
    """Precision, recall and F1 of all sentences together (micro), 0 where nothing was found.

    >>> f1_of(count_spans([["B-A", "I-A", "O"]], [["B-A", "I-A", "B-A"]]))
    (0.5, 1.0, 0.6666666666666666)
    """
    right, answered, true = (int(column.sum()) for column in counts)
    precision = right / answered if answered else 0.0
    recall = right / true if true else 0.0
    return precision, recall, 2 * right / (answered + true) if answered + true else 0.0


def span_rows(truth: Tags, answers: Tags) -> list[ClassRow]:
    """Precision, recall and F1 of each name, in alphabetical order."""
    _check(truth, answers)
    right: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    true: Counter[str] = Counter()
    for own, answer in zip(truth, answers, strict=True):
        expected, got = set(spans_of(own)), set(spans_of(answer))
        right.update(span.name for span in expected & got)
        answered.update(span.name for span in got)
        true.update(span.name for span in expected)
    return [_row(name, right[name], answered[name], true[name]) for name in sorted({*answered, *true})]


def tag_rows(truth: Tags, answers: Tags) -> list[ClassRow]:
    """The same for each tag of words that mark no spans."""
    pairs = [pair for rows in zip(truth, answers, strict=True) for pair in zip(*rows, strict=True)]
    right = Counter(own for own, answer in pairs if own == answer)
    true, answered = Counter(own for own, _ in pairs), Counter(answer for _, answer in pairs)
    return [_row(name, right[name], answered[name], true[name]) for name in sorted({*answered, *true})]


def tagging_metrics(result: Tagging) -> dict[str, float]:
    """``token_accuracy`` and ``sentence_accuracy``; of spans ``span_f1`` and its parts first.

    Raises `ShapeError` for a result without truth.
    """
    if result.truth is None:
        raise ShapeError("tagging: expected the true tags beside the answers, got none. Give a tagged file.")
    metrics: dict[str, float] = {}
    if result.marks_spans:
        counts = count_spans(result.truth, result.tags)
        precision, recall, f1 = f1_of(counts)
        metrics |= {"span_f1": f1, "span_precision": precision, "span_recall": recall}
        metrics["span_f1_strict"] = f1_of(count_spans(result.truth, result.tags, strict=True))[2]
    right, total = right_words(result)
    metrics["token_accuracy"] = float(right.sum() / max(int(total.sum()), 1))
    metrics["sentence_accuracy"] = float((right == total).mean()) if len(total) else 0.0
    return metrics


def right_words(result: Tagging) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) words of each sentence with the right tag, and all its words."""
    truth = result.truth or ()
    _check(truth, result.tags)
    right = [
        sum(own == answer for own, answer in zip(*rows, strict=True))
        for rows in zip(truth, result.tags, strict=True)
    ]
    return np.array(right, dtype=np.int64), np.array([len(row) for row in truth], dtype=np.int64)


def _row(name: str, right: int, answered: int, true: int) -> ClassRow:
    return ClassRow(
        label=name,
        precision=right / answered if answered else 0.0,
        recall=right / true if true else 0.0,
        f1=2 * right / (answered + true),
        count=true,
    )


def _check(truth: Tags, answers: Tags) -> None:
    if [len(row) for row in truth] != [len(row) for row in answers]:
        raise ShapeError(
            f"tags: expected an answer for each word of {len(truth)} sentences, got {len(answers)} sentences or "
            "other lengths."
        )
