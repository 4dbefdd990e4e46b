"""Word and letter error rate: insertions, deletions and substitutions by what was said, as jiwer counts them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError
from hiddenstate.extras import needed


def transcription_metrics(truth: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    """``wer``, ``cer`` and ``text_accuracy``, the share of the texts without an error; upper and lower case differ.

    Raises `ShapeError` where there is no text, or not an answer to each.
    """
    jiwer = _jiwer()
    _check(truth, answers)
    return {
        "wer": float(jiwer.wer(list(truth), list(answers))),
        "cer": float(jiwer.cer(list(truth), list(answers))),
        "text_accuracy": float(np.mean([own == answer for own, answer in zip(truth, answers, strict=True)])),
    }


def word_errors(truth: Sequence[str], answers: Sequence[str]) -> NDArray[np.int64]:
    """(n, 2) wrong words of each answer, and words that were said."""
    jiwer = _jiwer()
    _check(truth, answers)
    rows = []
    for own, answer in zip(truth, answers, strict=True):
        counts = jiwer.process_words(own, answer)
        wrong = counts.substitutions + counts.deletions + counts.insertions
        rows.append((wrong, counts.hits + counts.substitutions + counts.deletions))
    return np.array(rows, dtype=np.int64)


def _jiwer() -> Any:
    return needed("jiwer", extra="audio", purpose="error rates of texts")


def _check(truth: Sequence[str], answers: Sequence[str]) -> None:
    if not truth or len(truth) != len(answers):
        raise ShapeError(f"expected an answer to each of the texts, got {len(answers)} for {len(truth)}.")
