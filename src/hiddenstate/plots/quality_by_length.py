"""Quality of translations by the length of the source: where a network without attention falls behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hiddenstate.plots.lines import Frame, Line, draw_lines
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import nothing_to_draw, themed

if TYPE_CHECKING:
    import altair as alt

TITLE = "Quality by length of the source"


def quality_by_length(
    curves: Mapping[str, Mapping[float, float]], *, quality: str, caption: str = ""
) -> alt.LayerChart:
    """Draw `quality` of each method by the mean number of words of the sources in a band; the model comes first."""
    if not any(curves.values()):
        return nothing_to_draw(TITLE, "Nothing was measured.")
    lines = [
        Line(name, values, colour=place, dash=place) for place, (name, values) in enumerate(curves.items())
    ]
    highest = max(value for values in curves.values() for value in values.values())
    frame = Frame(
        x="words of the source", y=quality, x_name="{} words", bounds=(0.0, max(1.0, 1.1 * highest))
    )
    told = "; ".join(
        f"{name}: "
        + ", ".join(f"{number(value)} at {number(place)} words" for place, value in values.items())
        for name, values in curves.items()
    )
    return themed(draw_lines(lines, frame), TITLE, f"{quality} by words of the source. {told}.", caption)
