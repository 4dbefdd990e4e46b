"""Surprise step by step."""

import numpy as np

from hiddenstate.plots import surprise_steps
from hiddenstate.plots.drawing import svg
from hiddenstate.plots.surprise_steps import in_words, quoted_unit, unit_name
from hiddenstate.records import Foretold

FORETOLD = Foretold(
    ("a", " ", "|"),
    np.array([np.nan, 0.5, 3.0]),
    ((), ((" ", 0.6), ("b", 0.25)), (("b", 0.9),)),
    (("a", 1.0),),
)


def rows_of(chart, layer):
    drawn = chart.to_dict()
    return drawn["datasets"][drawn["layer"][layer]["data"]["name"]]


def spoken(chart):
    return [row["say"] for row in rows_of(chart, 1)]


def test_each_step_says_its_surprise_and_what_was_expected():
    chart = surprise_steps(FORETOLD, list(map(unit_name, FORETOLD.units)))
    assert spoken(chart) == [
        "a | nothing stands before it",
        "· | 0.50 nats | expected: · 60.0 %, b 25.0 %",
        "¦ | 3.00 nats | expected: b 90.0 %",
    ]
    bars = rows_of(chart, 0)
    assert [(bar["step"], bar["nats"]) for bar in bars] == [(0.6, 0.5), (1.6, 3.0)], "none for the first"
    assert "Most surprising: “¦” at step 3 3.00 nats, expected was b 90.0 %" in chart.to_dict()["description"]
    assert "Mean: 1.750 nats per character" in chart.to_dict()["usermeta"]["caption"]
    assert svg(chart).startswith("<svg")


def test_a_part_of_a_long_text_and_a_single_unit():
    chart = surprise_steps(FORETOLD, ["a", "·", "¦"], first=2)
    assert spoken(chart) == ["¦ | 3.00 nats | expected: b 90.0 %"]
    one = Foretold(("a",), np.array([np.nan]), ((),), ())
    assert "Nothing stands before the only unit" in surprise_steps(one, ["a"]).to_dict()["description"]


def test_units_that_cannot_be_seen_have_signs_and_names():
    assert [unit_name(unit) for unit in (" ", "\n", "\t", " be", "a")] == ["·", "↵", "⇥", "be", "a"]
    assert [quoted_unit(unit) for unit in (" ", "\n", "a")] == ["a space", "a new line", "“a”"]
    assert in_words(((" be", 0.5), ("\n", 0.125))) == "be 50.0 %, ↵ 12.5 %"
