"""How much the text before helps: surprise by how many units a model has read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hiddenstate.plots.lines import Frame, Line, draw_lines
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import nothing_to_draw, themed

if TYPE_CHECKING:
    import altair as alt

TITLE = "How much memory helps"
CARRIED, EMPTIED = "memory of the whole text", "memory emptied before"


def context_curve(emptied: Mapping[int, float], carried: float, *, unit: str) -> alt.LayerChart:
    """Draw bits a character by the number of units read since the memory was emptied.

    emptied: units read (the end of each group) -> bits. carried: bits with the memory of the whole text.
    """
    if not emptied:
        return nothing_to_draw(TITLE, "The test text is too short to tell.")
    lines = [
        Line(EMPTIED, {float(place): value for place, value in emptied.items()}),
        Line(CARRIED, {float(place): carried for place in emptied}, colour=1, dash=1),
    ]
    frame = Frame(
        x=f"{unit}s read since the memory was emptied",
        y="bits per character",
        x_name="up to {} read",
        x_log=True,
    )
    places = list(emptied)
    words = (
        f"With an empty memory {number(emptied[places[0]])} bits per character, after {places[-1]} {unit}s "
        f"{number(emptied[places[-1]])}; with the memory of the whole text {number(carried)}."
    )
    return themed(draw_lines(lines, frame), TITLE, words)
