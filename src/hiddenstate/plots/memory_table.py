"""A table of the units that carry farthest: half-life, saturation, and what drives them."""

from __future__ import annotations

import math

from hiddenstate.plots.half_lives import life_in_words
from hiddenstate.plots.numerals import UNKNOWN, fixed
from hiddenstate.plots.table import Row, Table
from hiddenstate.records import Memory
from hiddenstate.records.gates import MEANINGS

DRIVEN = 0.5
"""Share of the variance from which on a unit counts as driven by one input."""


def memory_table(memory: Memory, *, layer: int = 0, count: int = 8) -> Table:
    """The `count` units of one layer that carry farthest, one row each."""
    of = memory.layers[layer]
    rows = []
    for unit in of.carriers(count):
        stuck = [
            f"{fixed(100 * of.low[symbol][unit], 0)} / {fixed(100 * of.high[symbol][unit], 0)}"
            for symbol in of.low
        ]
        share = float(of.driver_share[unit])
        driver = of.input_name(int(of.driver[unit]))
        driven = UNKNOWN if math.isnan(share) else f"{driver} ({fixed(100 * share, 0)} %)"
        kept = fixed(float(of.kept[unit]), 3)
        rows.append(
            Row(
                f"unit {unit}",
                (life_in_words(float(of.half_life[unit])), kept, *stuck, driven),
                strong=share >= DRIVEN,
            )
        )
    header = (
        "unit",
        "half-life",
        f"mean {of.keeper}",
        *(f"{symbol} shut / open, %" for symbol in of.low),
        "driven by",
    )
    meanings = [
        (
            "half-life",
            "steps until half of what the unit holds is lost: ln 2 / -ln of the mean of the gate that keeps",
        )
    ]
    if of.keeper == "∂h":
        meanings = [
            (
                "∂h",
                "there is no gate that keeps: the mean of |∂h_t/∂h_(t-1)| of the unit itself stands in its place",
            )
        ]
    meanings += [
        (symbol, f"{MEANINGS[symbol]}; shut is below 0.05, open above 0.95, in percent of the steps")
        for symbol in of.low
    ]
    meanings.append(
        ("driven by", "the input with the largest share of the variance of what is written into the unit")
    )
    note = (
        f"Measured on {of.steps:,} steps. Marked: units in which one input has at least half of the variance."
    )
    return Table(f"Units of {of.name} that carry farthest", header, tuple(rows), note, tuple(meanings))
