"""Word and letter error rate: insertions, deletions and substitutions by what was said, as jiwer counts them."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError
from hiddenstate.extras import needed
from hiddenstate.records.transcription import AlignedWords


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
    return _errors(_jiwer().process_words, truth, answers)


def letter_errors(truth: Sequence[str], answers: Sequence[str]) -> NDArray[np.int64]:
    """(n, 2) wrong letters of each answer, and letters that were said; spaces are letters."""
    return _errors(_jiwer().process_characters, truth, answers)


def _errors(
    count: Callable[[str, str], Any], truth: Sequence[str], answers: Sequence[str]
) -> NDArray[np.int64]:
    _check(truth, answers)
    rows = []
    for own, answer in zip(truth, answers, strict=True):
        counts = count(own, answer)
        missed = counts.substitutions + counts.deletions
        rows.append((missed + counts.insertions, missed + counts.hits))
    return np.array(rows, dtype=np.int64)


def _jiwer() -> Any:
    return needed("jiwer", extra="audio", purpose="error rates of texts")


def aligned_words(truth: str, answer: str) -> tuple[AlignedWords, ...]:
    """The fewest words left out, put in and taken for others that lead from one text to the other.

    >>> [(part.said, part.written) for part in aligned_words("one two three", "one too")]
    [('one', 'one'), ('two', 'too'), ('three', '')]
    """
    found = _jiwer().process_words(truth, answer)
    (said,), (written,) = found.references, found.hypotheses
    return tuple(
        AlignedWords(
            " ".join(said[chunk.ref_start_idx : chunk.ref_end_idx]),
            " ".join(written[chunk.hyp_start_idx : chunk.hyp_end_idx]),
        )
        for chunk in found.alignments[0]
    )


def letter_confusions(truth: Sequence[str], answers: Sequence[str]) -> Counter[tuple[str, str]]:
    """How often a letter was written for another: (said, written); "" for one left out or put in."""
    _check(truth, answers)
    counts: Counter[tuple[str, str]] = Counter()
    for own, answer in zip(truth, answers, strict=True):
        for chunk in _jiwer().process_characters(own, answer).alignments[0]:
            said = own[chunk.ref_start_idx : chunk.ref_end_idx]
            written = answer[chunk.hyp_start_idx : chunk.hyp_end_idx]
            if chunk.type != "equal":
                counts.update(zip_longest(said, written, fillvalue=""))
    return counts


def _check(truth: Sequence[str], answers: Sequence[str]) -> None:
    if not truth or len(truth) != len(answers):
        raise ShapeError(f"expected an answer to each of the texts, got {len(answers)} for {len(truth)}.")
