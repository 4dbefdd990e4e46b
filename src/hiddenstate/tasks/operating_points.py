"""False alarms and misses of a model that is always on, from all that it would have answered in a stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.sound.gluing import Span
from hiddenstate.records.always_on import OperatingPoint

THRESHOLDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
LATE = 0.3
"""Seconds after its end in which an answer still belongs to a sound."""


@dataclass(frozen=True)
class Candidate:
    """A sound that was heard in a stream, and what would be answered."""

    ended: int
    """Number of the frame after which it was over."""
    seconds: float
    """The time of the answer: where the sound ended."""
    label: str | None
    """None for a click, which is never answered."""
    probability: float


def operating_points(
    spans: Sequence[Span],
    loud: NDArray[np.bool_],
    hear: Callable[[int], Candidate],
    *,
    seconds: float,
    refractory_frames: int,
    own: float = 0.0,
) -> tuple[OperatingPoint, ...]:
    """A point for each of `THRESHOLDS` and the model's `own`.

    loud: (frames,) where a sound may begin; `hear`: what a sound that begins at a frame, counted from 1, is taken
    for; `seconds`: the length of the stream; `refractory_frames`: frames after an answer in which no sound begins.
    """
    starts = np.flatnonzero(loud) + 1
    return tuple(
        _point(spans, _answered(starts, hear, threshold, refractory_frames), threshold, seconds)
        for threshold in sorted({*THRESHOLDS, own})
    )


def _answered(
    starts: NDArray[np.int64], hear: Callable[[int], Candidate], threshold: float, refractory_frames: int
) -> list[Candidate]:
    """The answers of a whole stream: each sound is heard to its end, and a pause follows those that count."""
    answers: list[Candidate] = []
    free = 0
    while (place := int(np.searchsorted(starts, free))) < len(starts):
        heard = hear(int(starts[place]))
        free = heard.ended + 1
        if heard.label is not None and heard.probability >= threshold:
            answers.append(heard)
            free = max(free, heard.ended + refractory_frames)
    return answers


def _point(
    spans: Sequence[Span], answers: Sequence[Candidate], threshold: float, seconds: float
) -> OperatingPoint:
    wanted = [span for span in spans if span.label is not None]
    hits = sum(any(_within(span, each) and each.label == span.label for each in answers) for span in wanted)
    missed = 1.0 - hits / len(wanted) if wanted else float("nan")
    wrong = len(answers) - hits
    gaps = sum(not any(_within(span, each) for span in spans) for each in answers)
    return OperatingPoint(threshold, missed, 3600 * wrong / seconds, gaps / wrong if wrong else 0.0)


def _within(span: Span, answer: Candidate) -> bool:
    """Whether an answer belongs to a sound."""
    return span.begin <= answer.seconds <= span.end + LATE
