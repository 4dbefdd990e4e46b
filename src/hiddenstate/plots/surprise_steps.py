"""How much each unit of a text surprised a model, step by step, with what it had expected in its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hiddenstate.plots.numerals import fixed
from hiddenstate.plots.step_axis import BAR, readout, step_axis
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import Foretold
from hiddenstate.records.foretold import Shares

if TYPE_CHECKING:
    import altair as alt

TITLE = "Surprise at every step, and what was expected instead"
MOST_STEPS = 400
HARDEST = 3


def surprise_steps(
    foretold: Foretold, labels: Sequence[str], *, title: str = TITLE, first: int = 0
) -> alt.LayerChart:
    """Draw one bar for each unit: its surprise in nats; what was likeliest there is read out.

    `labels` names the steps. Of more than 400 units those from the `first` one (counted from 0) are drawn. The first
    unit of a text has no bar.
    """
    import altair as alt

    part = slice(first, first + MOST_STEPS)
    nats, labels = foretold.nats[part].tolist(), list(labels)[part]
    if not any(map(math.isfinite, nats)):
        return nothing_to_draw(title, "Nothing stands before the only unit: it could surprise nobody.")
    x = step_axis(labels)
    rows = [
        {"step": step - 0.4, "to": step + 0.4, "nats": round(value, 4)}
        for step, value in enumerate(nats)
        if math.isfinite(value)
    ]
    y = alt.Y("nats:Q", title="nats", scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=5))
    bars = (
        alt.Chart(alt.InlineData(values=rows), height=180)
        .mark_rect(color=LIGHT["model"], aria=False)
        .encode(x=x, x2="to:Q", y=y, y2=alt.datum(0))
    )
    said = [
        f"{fixed(value, 2)} nats | expected: {in_words(shares)}" if shares else "nothing stands before it"
        for value, shares in zip(nats, foretold.expected[part], strict=True)
    ]
    chart = alt.LayerChart(layer=[bars, readout(labels, said, x)])
    return themed(chart, title, _description(foretold, labels, first), _caption(foretold))


def unit_name(unit: str) -> str:
    r"""A unit that can be seen: blanks get signs, the space before a word is left out.

    >>> [unit_name(unit) for unit in ("a", " ", "\n", " be", "|")]
    ['a', '·', '↵', 'be', '¦']
    """
    seen = unit.strip(" ") or "·"
    return seen.replace("\n", "↵").replace("\t", "⇥").replace("|", BAR)


BLANKS: dict[str, str] = {" ": "a space", "\n": "a new line", "\t": "a tab"}


def quoted_unit(unit: str) -> str:
    """A unit in a sentence: in quotes, or a blank in words."""
    return BLANKS.get(unit) or f"“{unit_name(unit)}”"


def in_words(shares: Shares) -> str:
    """Units with their probabilities: ``e 41.0 %, a 12.5 %``."""
    return ", ".join(f"{unit_name(unit)} {100 * share:.1f} %" for unit, share in shares)


def _description(foretold: Foretold, labels: Sequence[str], first: int) -> str:
    nats = foretold.nats
    known = [place for place in range(first, first + len(labels)) if math.isfinite(nats[place])]
    hardest = sorted(known, key=lambda place: -nats[place])[:HARDEST]
    told = "; ".join(
        f"“{labels[place - first]}” at step {place + 1} {fixed(float(nats[place]), 2)} nats, expected was "
        f"{in_words(foretold.expected[place][:1])}"
        for place in hardest
    )
    return f"Surprise of {len(labels)} units. Most surprising: {told}."


def _caption(foretold: Foretold) -> str:
    return (
        f"Mean: {fixed(foretold.nats_per_character, 3)} nats per character. 0.7 nats: a probability of a half; 2.3: of "
        "a tenth; 4.6: of a hundredth. A dot stands for a space, ↵ for a new line."
    )
