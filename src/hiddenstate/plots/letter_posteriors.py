"""One recording: its features, and below them how likely each letter is, on one time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.heat import heat
from hiddenstate.plots.theme import nothing_to_draw, themed

if TYPE_CHECKING:
    import altair as alt

TITLE = "One recording, step by step"
MOST_STEPS = 160
MOST_BANDS = 20
LABELLED = 4
"""Every so many bands one has its number beside it: they are narrow."""
HEARD = 0.2
"""Letters whose probability reaches this on some step are drawn."""
CAPTION = (
    "Above: the features of the recording, the lowest at the top, orange below their mean and blue above it. "
    "Below: how likely each letter is. A letter trained by CTC shows as a short peak somewhere within its sound."
)


def letter_posteriors(
    features: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    letters: str,
    *,
    text: str,
    seconds: float,
) -> alt.VConcatChart | alt.LayerChart:
    """Draw features (steps, bands) above probabilities (steps, 1 + letters).

    `text` is the answer, `seconds` the length of a step; at most the first `MOST_STEPS` steps are drawn.
    """
    import altair as alt

    steps = min(len(probabilities), MOST_STEPS)
    shown = [
        k for k in range(1, probabilities.shape[1]) if probabilities[:steps, k].max(initial=0.0) >= HEARD
    ]
    if not shown:
        return nothing_to_draw(TITLE, "No letter was heard.")
    shown.sort(key=lambda k: int(probabilities[:steps, k].argmax()))
    times = [f"{step * seconds:.2f}" for step in range(steps)]
    names = ["space" if letters[k - 1] == " " else letters[k - 1] for k in shown]
    bands = _fewer(features[:steps].astype(np.float64).T)
    rows = [f"{band + 1}" if band % LABELLED == 0 else "" for band in range(len(bands))]
    above = heat(bands, rows, times, axis="seconds").properties(height=8 * len(bands))
    below = heat(probabilities[:steps, shown].astype(np.float64).T, names, times, axis="seconds").properties(
        height=16 * len(names)
    )
    peaks = ", ".join(
        f'"{name}" at {float(probabilities[:steps, k].argmax()) * seconds:.2f} s'
        for name, k in zip(names, shown, strict=True)
    )
    spoken = f'Written: "{text}". Highest probabilities: {peaks}. {CAPTION}'
    return themed(alt.VConcatChart(vconcat=[above, below]), TITLE, spoken, f'Written: "{text}". {CAPTION}')


def _fewer(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    """(bands, steps) with at most `MOST_BANDS` rows, means of neighbours."""
    group = -(-len(bands) // MOST_BANDS)
    return np.stack([bands[first : first + group].mean(axis=0) for first in range(0, len(bands), group)])
