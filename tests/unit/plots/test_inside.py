"""Charts of a look inside: gate strips, unit maps, half-lives, saturation, walks."""

import re

import numpy as np
import pytest

from hiddenstate.errors import InspectionError
from hiddenstate.plots import WalkTable, gates, half_lives, memory_table, png, saturation, svg, unit_map
from hiddenstate.plots.theme import LIGHT
from hiddenstate.records import GateTrace, LayerMemory, LayerTrace, Line, Memory, Step, Term, Walk

WORDS = ("the", "cat", "sat | down", "internationalisation")


def trace_of(steps=4, units=5, labels=WORDS, direction="forward"):
    values = {}
    for place, symbol in enumerate(("f", "i", "C_tilde", "C", "o", "h")):
        grid = np.arange(steps * units, dtype=float).reshape(1, steps, units) / (steps * units)
        values[symbol] = (
            grid if symbol in "fio" else 2 * grid - 1 if symbol != "C" else 6 * grid - 3 + place * 0
        )
    layer = LayerTrace("reader", 0, direction, 0, "lstm", np.array([steps]), values)
    return GateTrace((layer,), (tuple(labels),) if labels else ())


def said(drawn):
    return re.findall(r'data-say="([^"]*)"', drawn)


def rows(spec, layer):
    return spec["datasets"][spec["layer"][layer]["data"]["name"]]


def test_a_strip_for_each_symbol_with_the_words_below():
    chart = gates(trace_of(), unit=2)
    drawn = svg(chart)
    for text in (
        "f: forget gate",
        "C~: candidate",
        "C: cell state",
        "h: hidden state",
        "the",
        "internationalis…",
    ):
        assert f">{text}<" in drawn, text
    assert "Unit 2 of reader, layer 1, step by step" in drawn
    assert ">−2.4<" in drawn, "the cell state has a range of its own"
    assert said(drawn)[1] == "cat | f 0.350 | i 0.350 | C̃ -0.300 | C -0.900 | o 0.350 | h -0.300"
    assert len(said(drawn)) == 4


def test_the_text_alternative_names_extremes_with_their_words():
    text = gates(trace_of(), unit=2).to_dict()["description"]
    assert "f (forget gate) from 0.10 at “the” to 0.85 at “internationalisation”" in text


def test_bars_are_as_high_as_the_values():
    spec = gates(trace_of(), unit=2).to_dict()
    f, C = rows(spec, 1), rows(spec, 4)
    assert [round(row["high"] - row["low"], 3) for row in f] == [0.1, 0.35, 0.6, 0.85]
    assert C[0]["high"] - C[0]["low"] == pytest.approx(-0.5), "the largest value fills its band"


def test_long_sequences_are_areas_with_few_labels():
    chart = gates(trace_of(300, labels=()), unit=0)
    spec = chart.to_dict()
    assert spec["layer"][1]["mark"]["type"] == "area"
    assert len(spec["layer"][1]["encoding"]["x"]["axis"]["values"]) <= 12
    stamps = [f"2014-03-01 {step // 60:02}:{step % 60:02}" for step in range(300)]
    axis = gates(trace_of(300, labels=stamps), unit=0).to_dict()["layer"][1]["encoding"]["x"]["axis"]
    assert axis["values"] == [0, 60, 120, 179, 239, 299]


def test_a_part_of_the_steps():
    chart = gates(trace_of(), unit=0, first=1, count=2)
    assert [text.split(" | ")[0] for text in said(svg(chart))] == ["cat", "sat ¦ down"]


def test_a_layer_that_reads_backwards_says_so():
    chart = gates(trace_of(direction="backward"), unit=0)
    assert "reads from right to left" in chart.to_dict()["usermeta"]["caption"]


def test_units_that_are_not_there_and_nothing_to_draw():
    with pytest.raises(InspectionError, match="unit: expected 0 to 4"):
        gates(trace_of(), unit=5)
    assert "the sequence is empty" in svg(gates(trace_of(0, labels=()), unit=0))
    assert "the sequence is empty" in svg(unit_map(trace_of(0, labels=())))


def test_the_map_has_a_row_for_each_unit_and_a_colour_for_each_sign():
    spec = unit_map(trace_of()).to_dict()
    cells = rows(spec, 0)
    first = [cell for cell in cells if cell["low"] == 0]
    assert [cell["class"] for cell in first] == ["0", "2", "6"], (
        "the word in the middle is near 0: nothing is drawn"
    )
    drawn = svg(unit_map(trace_of()))
    assert f'fill="{LIGHT["below_4"]}"' in drawn
    assert f'fill="{LIGHT["above_4"]}"' in drawn
    assert said(drawn)[0].startswith("the | unit 0: -1.00")


def test_neighbours_of_one_colour_are_one_bar():
    trace = trace_of(units=2)
    trace[0].values["h"][:] = 0.9
    cells = rows(unit_map(trace).to_dict(), 0)
    assert [(cell["step"], cell["to"]) for cell in cells] == [(-0.5, 3.5)] * 2


def test_large_maps_say_what_they_leave_out():
    caption = unit_map(trace_of(500, 40, labels=())).to_dict()["usermeta"]["caption"]
    assert "the 32 of 40 units that move most" in caption
    assert "120 of 500 steps" in caption
    with pytest.raises(InspectionError, match=r'got "z"'):
        unit_map(trace_of(), symbol="z")


def memory_of(**changes):
    share = np.array([0.0, 0.25, 1.0])
    values = {
        "name": "reader",
        "cell": "lstm",
        "keeper": "f",
        "kept": np.array([0.5, 0.9, 1.0]),
        "half_life": np.array([1.0, 6.58, np.inf]),
        "low": {"f": share, "i": share, "o": share},
        "high": {"f": share[::-1], "i": share * 0, "o": share * 0},
        "driver": np.array([0, -1, 1]),
        "driver_share": np.array([0.25, np.nan, 0.75]),
        "steps": 40,
    }
    return LayerMemory(**(values | changes))


def test_half_lives_rank_the_units():
    chart = half_lives(Memory((memory_of(),)))
    text = chart.to_dict()["description"]
    assert "reader: median 6.58 steps, the farthest unit 2 (for ever), unit 1 (6.58), unit 0 (1.00)" in text
    assert "1 of 3 units carry 10 steps or more" in text
    assert said(svg(chart)) == [
        "rank 1 | reader, unit 2: for ever steps",
        "rank 2 | reader, unit 1: 6.58 steps",
        "rank 3 | reader, unit 0: 1.00 steps",
    ]
    plain = memory_of(keeper="∂h", cell="rnn", low={}, high={})
    assert (
        "A plain RNN has no gate that keeps" in half_lives(Memory((plain,))).to_dict()["usermeta"]["caption"]
    )
    nothing = memory_of(kept=np.full(3, np.nan), half_life=np.full(3, np.nan), steps=0)
    assert "No step was measured" in svg(half_lives(Memory((nothing,))))


def test_saturation_has_a_panel_for_each_gate():
    chart = saturation(memory_of())
    spec = chart.to_dict()
    assert [panel["title"]["text"] for panel in spec["hconcat"]] == [
        "f: forget gate",
        "i: input gate",
        "o: output gate",
    ]
    assert "1 of 3 units stuck shut, 1 stuck open" in spec["description"]
    assert "has no gates" in svg(saturation(memory_of(low={}, high={})))


def test_the_table_marks_units_driven_by_one_input():
    table = memory_table(Memory((memory_of(inputs=("load", "price")),)))
    assert [row.name for row in table.rows] == ["unit 2", "unit 1", "unit 0"]
    assert [row.cells[-1] for row in table.rows] == ["price (75 %)", "–", "load (25 %)"]
    assert [row.strong for row in table.rows] == [True, False, False]
    assert table.rows[0].cells[:3] == ("for ever", "1.000", "100 / 0")


@pytest.mark.parametrize("draw", [lambda: gates(trace_of(), unit=0), lambda: unit_map(trace_of())])
def test_pictures_without_a_browser(draw):
    assert png(draw()).startswith(b"\x89PNG")


WALK = Walk(
    layer="LSTM, layer 1",
    cell="lstm",
    unit=0,
    steps=(
        Step(
            1,
            "<cat>",
            (
                Line(
                    "f_t",
                    (Term("W_f x_t", -0.25, (("x0", 0.5, -0.5), ("x1", 0.0, 3.0))), Term("b_f", 1.0)),
                    "σ",
                    0.679,
                ),
                Line("h_t", (Term("o_t", 0.5), Term("tanh(C_t)", 0.4)), "", 0.2, product=True),
            ),
        ),
    ),
    equations=("f_t = σ(W_f x_t + U_f h_{t-1} + b_f)", "h_t = o_t · tanh(C_t)"),
    start=(("h_0", 0.0),),
)


def printed(walk, **settings):
    from rich.console import Console

    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(WalkTable(walk, **settings).terminal())
    text = console.export_text()
    console.file.close()
    return text


def test_a_walk_in_the_terminal():
    text = printed(WALK)
    for line in (
        "Unit 0 of LSTM, layer 1 in numbers",
        "f_t = σ(W_f x_t + U_f h_t-1 + b_f)",
        "before the first step: h_0 = 0.000",
        "step 1: <cat>",
        "f_t = σ(−0.250 + 1.000) = σ(0.750) = 0.679",
        "W_f x_t = 0.500 · −0.500 [x0]",
        "0.500 · 0.400",
    ):
        assert line in text, line
    assert "[x1]" not in text, "a weight of zero is no part of the sum"
    assert "[x0]" not in printed(WALK, parts=False)


def test_a_walk_on_a_page_escapes_what_it_was_given():
    html = WalkTable(WALK).html()
    assert "step 1: &lt;cat&gt;" in html
    assert "<cat>" not in html
    assert "h<sub>t-1</sub>" in html
    assert 'data-step="0"' in html
    assert "σ(−0.250 + 1.000) = σ(0.750)" in html
