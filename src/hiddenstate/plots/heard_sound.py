"""One recording on one time axis: its wave form, where the model listened, and its log-mel frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.theme import LIGHT, themed

if TYPE_CHECKING:
    import altair as alt

MOST_COLUMNS = 160
MOST_ROWS = 24


@dataclass(frozen=True)
class HeardSound:
    """What is drawn; all of it lasts `seconds`."""

    name: str
    seconds: float
    samples: NDArray[np.float32]
    """(time,)"""
    frames: NDArray[np.float32]
    """(frames, features)"""
    attention: NDArray[np.float32]
    """(steps,) that sum to 1"""


def heard_sound(sound: HeardSound, title: str) -> alt.VConcatChart:
    """Wave form, share of attention and frames, from top to bottom, all over seconds."""
    import altair as alt

    def time(shown: bool) -> alt.X:
        axis = (
            alt.Axis(title="seconds", tickCount=5)
            if shown
            else alt.Axis(labels=False, title=None, ticks=False)
        )
        return alt.X("begin:Q", scale=alt.Scale(domain=[0, sound.seconds], nice=False), axis=axis)

    waves = alt.Chart(alt.InlineData(_envelope(sound))).mark_rect(color=LIGHT["model"])
    waves = waves.encode(
        x=time(False),
        x2="end:Q",
        y=alt.Y("low:Q", title="wave", axis=alt.Axis(labels=False, grid=False)),
        y2="high:Q",
    )
    looked = alt.Chart(alt.InlineData(_steps(sound))).mark_rect(color=LIGHT["first"])
    looked = looked.encode(
        x=time(False),
        x2="end:Q",
        y=alt.Y("share:Q", title="attention", axis=alt.Axis(tickCount=2)),
        y2=alt.datum(0),
    )
    colours = [LIGHT[f"heat_{place}"] for place in range(1, 6)]
    mel = alt.Chart(alt.InlineData(_cells(sound))).mark_rect()
    mel = mel.encode(
        x=time(True),
        x2="end:Q",
        y=alt.Y("low:Q", title="band", axis=alt.Axis(grid=False, tickCount=4)),
        y2="high:Q",
        color=alt.Color("level:Q", legend=None, scale=alt.Scale(range=colours, type="quantize")),
    )
    most = int(np.argmax(sound.attention)) if len(sound.attention) else 0
    where = sound.seconds * (most + 0.5) / max(len(sound.attention), 1)
    chart = alt.vconcat(
        waves.properties(height=70, width="container"),
        looked.properties(height=60, width="container"),
        mel.properties(height=130, width="container"),
        spacing=4,
    )
    said = f"{sound.name}: {sound.seconds:.2f} seconds; most attention at {where:.2f} seconds."
    return themed(chart, title, said, CAPTION)


CAPTION = (
    "From top to bottom: wave form, share of attention, energy in each band. Attention is not importance."
)


def _envelope(sound: HeardSound) -> list[dict[str, float]]:
    pieces = np.array_split(sound.samples, min(MOST_COLUMNS * 2, len(sound.samples)))
    width = sound.seconds / len(pieces)
    return [
        {
            "begin": round(place * width, 5),
            "end": round((place + 1) * width, 5),
            "low": round(float(piece.min()), 4),
            "high": round(float(piece.max()), 4),
        }
        for place, piece in enumerate(pieces)
    ]


def _steps(sound: HeardSound) -> list[dict[str, float]]:
    width = sound.seconds / max(len(sound.attention), 1)
    return [
        {
            "begin": round(place * width, 5),
            "end": round((place + 1) * width, 5),
            "share": round(float(share), 5),
        }
        for place, share in enumerate(sound.attention)
    ]


def _cells(sound: HeardSound) -> list[dict[str, float]]:
    columns = np.array_split(sound.frames, min(MOST_COLUMNS, len(sound.frames)))
    means = np.stack([part.mean(axis=0) for part in columns])
    bands = np.array_split(means, min(MOST_ROWS, means.shape[1]), axis=1)
    values = np.stack([part.mean(axis=1) for part in bands], axis=1)  # (columns, rows)
    width, height = sound.seconds / len(values), means.shape[1] / values.shape[1]
    return [
        {
            "begin": round(place * width, 5),
            "end": round((place + 1) * width, 5),
            "low": round(row * height, 3),
            "high": round((row + 1) * height, 3),
            "level": round(float(values[place, row]), 2),
        }
        for place in range(len(values))
        for row in range(values.shape[1])
    ]
