"""A search of settings: trial after trial, what mattered, and each setting by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 220
ROW_HEIGHT = 30


@dataclass(frozen=True)
class Tried:
    """One trial."""

    number: int
    loss: float | None
    """None where it was cut short."""
    choice: Mapping[str, float | int | str | bool]


def search_history(trials: Sequence[Tried], *, loss: str) -> alt.LayerChart:
    """Draw the loss of each whole trial as a point, and the best so far as a line."""
    import altair as alt

    title = f"{loss[0].upper()}{loss[1:]}, trial by trial"
    rows: list[dict[str, Any]] = []
    best = float("inf")
    for trial in trials:
        if trial.loss is not None:
            best = min(best, trial.loss)
            rows.append({"trial": trial.number, "loss": trial.loss, "best": best})
    if not rows:
        return nothing_to_draw(title, "No trial ended.")
    chart = alt.Chart(alt.InlineData(values=rows), height=HEIGHT).encode(
        x=alt.X("trial:Q", title="trial", axis=alt.Axis(format="d", tickMinStep=1))
    )
    line = chart.mark_line(interpolate="step-after", color=LIGHT["model"], aria=False).encode(y="best:Q")
    dots = chart.mark_point(filled=True, size=45, color=LIGHT["axis"], opacity=1, aria=False).encode(
        y=alt.Y("loss:Q", title=loss, scale=alt.Scale(zero=False))
    )
    cut = len(trials) - len(rows)
    words = (
        f"{loss.capitalize()} of {len(rows)} trials, {cut} more were cut short. The first {number(rows[0]['loss'])}, "
        f"the best {number(best)}. Line: the best so far."
    )
    return themed(alt.LayerChart(layer=[line, dots]), title, words)


def importances(shares: Mapping[str, float]) -> alt.LayerChart:
    """Draw a bar for the share of the spread that each setting explains."""
    import altair as alt

    title = "What mattered"
    if not shares:
        return nothing_to_draw(title, "Too few trials to say.")
    rows = [
        {"name": name, "share": 100 * share, "text": f"{100 * share:.0f} %"} for name, share in shares.items()
    ]
    chart = alt.Chart(alt.InlineData(values=rows), height=ROW_HEIGHT * len(rows)).encode(
        x=alt.X(
            "share:Q",
            axis=alt.Axis(grid=False, tickCount=5),
            title="share of the spread between trials (%)",
            scale=alt.Scale(domain=[0, 1.15 * max(100 * share for share in shares.values())], nice=False),
        ),
        y=alt.Y(
            "name:N", title=None, sort=list(shares), axis=alt.Axis(labelLimit=190, domain=False, grid=False)
        ),
    )
    bars = chart.mark_bar(height=16, color=LIGHT["model"], aria=False)
    texts = chart.mark_text(align="left", dx=5, color=LIGHT["ink"], aria=False).encode(text="text:N")
    said = ", ".join(f"{row['name']} {row['text']}" for row in rows)
    return themed(alt.LayerChart(layer=[bars, texts]), title, f"Share of the spread between trials: {said}.")


def search_slice(trials: Sequence[Tried], place: str, *, loss: str) -> alt.LayerChart:
    """Draw the loss of whole trials by what they took for one setting."""
    import altair as alt

    title = f"By {place}"
    rows: list[dict[str, Any]] = [
        {"value": trial.choice[place], "loss": trial.loss, "colour": LIGHT["bar"]}
        for trial in trials
        if trial.loss is not None
    ]
    if not rows:
        return nothing_to_draw(title, "No trial ended.")
    best = min(rows, key=lambda row: row["loss"])
    best["colour"] = LIGHT["model"]
    smooth = all(isinstance(row["value"], float) for row in rows)
    x = alt.X("value:Q" if smooth else "value:N", title=place, axis=alt.Axis(labelAngle=0))
    if smooth:
        log = place.endswith("rate")
        low, high = min(row["value"] for row in rows), max(row["value"] for row in rows)
        scale = (
            alt.Scale(type="log", domain=[low / 1.1, high * 1.1], nice=False)
            if log
            else alt.Scale(zero=False)
        )
        x = alt.X("value:Q", title=place, scale=scale, axis=alt.Axis(tickCount=5))
    dots = (
        alt.Chart(alt.InlineData(values=rows), height=HEIGHT)
        .mark_point(filled=True, size=60, opacity=1, aria=False)
        .encode(
            x=x,
            y=alt.Y("loss:Q", title=loss, scale=alt.Scale(zero=False)),
            color=alt.Color("colour:N", scale=None, legend=None),
        )
    )
    lowest, where = number(float(best["loss"])), _shown(best["value"])
    words = f"{loss.capitalize()} of {len(rows)} trials by {place}. The best, in colour: {lowest} at {where}."
    return themed(alt.LayerChart(layer=[dots]), title, words)


def _shown(value: float | int | str | bool) -> str:
    return number(value) if isinstance(value, float) else str(value)
