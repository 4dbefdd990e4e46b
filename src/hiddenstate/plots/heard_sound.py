"""One recording on one time axis: where the model listened, its gates, the wave form and the log-mel frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import LIGHT, themed

if TYPE_CHECKING:
    import altair as alt

MOST_COLUMNS = 160
MOST_ROWS = 24
STRIP, GAP = 1.0, 0.7
"""Height of a gate's strip and of the space above it, which its name stands in."""
POINTS = 26
"""Of one strip, in points."""
Rows = list[dict[str, float]]


@dataclass(frozen=True)
class GateStrip:
    """One gate of one layer and direction over the steps."""

    name: str
    values: NDArray[np.floating[Any]]
    """(steps, units) from 0 to 1."""


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
    gates: Sequence[GateStrip] = ()
    """From the first layer to the last."""
    looks: bool = True
    """Whether the shares are attention; else what each step gives to the pooled vector."""
    falls: NDArray[np.float64] | None = None
    """(stretches,) by how much the probability of the answer falls when a stretch of the recording is hidden."""


def heard_sound(sound: HeardSound, title: str) -> alt.VConcatChart:
    """Share of attention, gates, wave form and frames, from top to bottom, all over seconds."""
    import altair as alt

    looked = alt.Chart(alt.InlineData(values=_steps(sound))).mark_rect(color=LIGHT["first"])
    looked = looked.encode(
        x=_time(sound, shown=False),
        x2="end:Q",
        y=alt.Y("share:Q", title="attention" if sound.looks else "share", axis=alt.Axis(tickCount=2)),
        y2=alt.datum(0),
    )
    waves = alt.Chart(alt.InlineData(values=_envelope(sound))).mark_rect(color=LIGHT["model"])
    waves = waves.encode(
        x=_time(sound, shown=False),
        x2="end:Q",
        y=alt.Y("low:Q", title="wave", axis=alt.Axis(labels=False, grid=False)),
        y2="high:Q",
    )
    colours = [LIGHT[f"heat_{place}"] for place in range(1, 6)]
    mel = alt.Chart(alt.InlineData(values=_cells(sound))).mark_rect()
    mel = mel.encode(
        x=_time(sound, shown=True),
        x2="end:Q",
        y=alt.Y("low:Q", title="band", axis=alt.Axis(grid=False, tickCount=4)),
        y2="high:Q",
        color=alt.Color("level:Q", legend=None, scale=alt.Scale(range=colours, type="quantize")),
    )
    panels: list[Any] = [looked.properties(height=60, width="container")]
    if sound.falls is not None:
        panels.append(_falls(sound, sound.falls))
    if sound.gates:
        panels.append(_gates(sound))
    panels += [
        waves.properties(height=70, width="container"),
        mel.properties(height=130, width="container"),
    ]
    return themed(alt.vconcat(*panels, spacing=4), title, said(sound), caption(sound))


def said(sound: HeardSound) -> str:
    """The text alternative: where attention and each gate are highest."""
    parts = [f"{sound.name}: {sound.seconds:.2f} seconds"]
    if len(sound.attention):
        most = "most attention at" if sound.looks else "most of the pooled vector comes from"
        parts.append(f"{most} {_at(sound, sound.attention):.2f} seconds")
    if sound.falls is not None and len(sound.falls):
        parts.append(
            f"hiding the stretch around {_at(sound, sound.falls):.2f} seconds lowers the probability most, by "
            f"{number(float(sound.falls.max()), 2)}"
        )
    for gate in sound.gates:
        middle = np.median(gate.values, axis=1)
        if len(middle):
            parts.append(
                f"{gate.name}: median unit from {number(float(middle.min()), 2)} to "
                f"{number(float(middle.max()), 2)}, highest at {_at(sound, middle):.2f} seconds"
            )
    return "; ".join(parts) + "."


def caption(sound: HeardSound) -> str:
    """How to read it."""
    gates = " gates from 0 to 1 (line: the median unit, band: eight in ten units)," if sound.gates else ""
    share, warning = "share of the pooled vector", ""
    if sound.looks:
        share, warning = "share of attention", " Attention is not importance."
    falls = ""
    if sound.falls is not None:
        falls = " fall of the probability of the answer when this stretch alone is hidden,"
    return f"From top to bottom: {share},{falls}{gates} wave form, energy in each band.{warning}"


def _at(sound: HeardSound, values: NDArray[Any]) -> float:
    return sound.seconds * (int(np.argmax(values)) + 0.5) / len(values)


def _time(sound: HeardSound, *, shown: bool) -> alt.X:
    import altair as alt

    axis = alt.Axis(labels=False, title=None, ticks=False)
    if shown:
        axis = alt.Axis(title="seconds", tickCount=5)
    return alt.X("begin:Q", scale=alt.Scale(domain=[0, sound.seconds], nice=False), axis=axis)


def _falls(sound: HeardSound, values: NDArray[np.float64]) -> alt.Chart:
    import altair as alt

    rows = [
        {"begin": begin, "end": end, "fall": round(float(piece.mean()), 5)}
        for begin, end, piece in _pieces(sound, values)
    ]
    drawn: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows), height=60, width="container")
        .mark_rect(color=LIGHT["second"])
        .encode(
            x=_time(sound, shown=False),
            x2="end:Q",
            y=alt.Y("fall:Q", title="fall when hidden", axis=alt.Axis(tickCount=2)),
            y2=alt.datum(0),
        )
    )
    return drawn


def _gates(sound: HeardSound) -> alt.LayerChart:
    """One strip for each gate, its name above it."""
    import altair as alt

    bands: Rows = []
    names: list[dict[str, Any]] = []
    for place, gate in enumerate(sound.gates):
        bottom = -(place + 1) * (STRIP + GAP)
        names.append({"place": bottom + STRIP + 0.12, "name": gate.name})
        for begin, end, values in _pieces(sound, gate.values):
            low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
            heights = {"low": low, "middle": middle, "high": high}
            bands.append(
                {"begin": begin, "end": end}
                | {name: round(bottom + STRIP * float(value), 4) for name, value in heights.items()}
            )
    scale = alt.Scale(domain=[-len(sound.gates) * (STRIP + GAP), 0], nice=False, zero=False)
    x, height = _time(sound, shown=False), round(POINTS * len(sound.gates) * (STRIP + GAP))
    y = alt.Y("low:Q", title="gates", axis=alt.Axis(labels=False, grid=False), scale=scale)
    drawn = alt.Chart(alt.InlineData(values=bands))
    frames = alt.Chart(
        alt.InlineData(
            values=[{"low": name["place"] - 0.12, "high": name["place"] - 0.12 - STRIP} for name in names]
        )
    )
    layers = [
        frames.mark_rect(color=LIGHT["wash"], aria=False).encode(y=y, y2="high:Q"),
        drawn.mark_rect(color=LIGHT["band_inner"]).encode(x=x, x2="end:Q", y=y, y2="high:Q"),
        drawn.mark_rule(color=LIGHT["model"], strokeWidth=1.5).encode(
            x=x, x2="end:Q", y=alt.Y("middle:Q", title="gates", scale=scale)
        ),
        alt.Chart(alt.InlineData(values=names))
        .mark_text(align="left", baseline="bottom", fontSize=12, color=LIGHT["muted"], aria=False)
        .encode(y=alt.Y("place:Q", title="gates", scale=scale), x=alt.value(0), text="name:N"),
    ]
    return alt.LayerChart(layer=layers, height=height, width="container")


def _pieces(
    sound: HeardSound, values: NDArray[Any], most: int = MOST_COLUMNS
) -> list[tuple[float, float, NDArray[Any]]]:
    """Begin and end in seconds and the values of at most `most` stretches of the recording."""
    if not len(values):
        return []
    parts = np.array_split(values, min(most, len(values)))
    width = sound.seconds / len(values)
    ends = np.cumsum([0, *(len(part) for part in parts)]) * width
    return [
        (round(float(begin), 5), round(float(end), 5), part)
        for begin, end, part in zip(ends, ends[1:], parts, strict=False)
    ]


def _envelope(sound: HeardSound) -> Rows:
    return [
        {
            "begin": begin,
            "end": end,
            "low": round(float(piece.min()), 4),
            "high": round(float(piece.max()), 4),
        }
        for begin, end, piece in _pieces(sound, sound.samples, 2 * MOST_COLUMNS)
    ]


def _steps(sound: HeardSound) -> Rows:
    return [
        {"begin": begin, "end": end, "share": round(float(piece.mean()), 5)}
        for begin, end, piece in _pieces(sound, sound.attention)
    ]


def _cells(sound: HeardSound) -> Rows:
    bands = np.array_split(np.arange(sound.frames.shape[1]), min(MOST_ROWS, sound.frames.shape[1]))
    return [
        {
            "begin": begin,
            "end": end,
            "low": float(band[0]),
            "high": float(band[-1] + 1),
            "level": round(float(piece[:, band].mean()), 2),
        }
        for begin, end, piece in _pieces(sound, sound.frames)
        for band in bands
    ]
