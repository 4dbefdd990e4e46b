"""A recording on one time axis: panels from top to bottom, all over the same seconds."""

import numpy as np
import pytest

from hiddenstate.plots.drawing import svg
from hiddenstate.plots.heard_sound import MOST_COLUMNS, GateStrip, HeardSound, heard_sound

RANDOM = np.random.default_rng(0)


def sound(steps=20, **more):
    attention = np.full(steps, 0.5 / (steps - 1), np.float32)
    attention[steps // 2] = 0.5
    return HeardSound(
        "a.wav",
        0.4,
        RANDOM.standard_normal(3200).astype(np.float32),
        RANDOM.standard_normal((38, 40)).astype(np.float32),
        attention,
        **more,
    )


def gate(name="update gate, layer 1", steps=20):
    values = np.full((steps, 6), 0.25)
    values[3] = 0.75
    return GateStrip(name, values)


def panels(chart):
    return chart.to_dict(validate=False)["vconcat"]


def rows_of(chart, panel, layer=None):
    drawn = chart.to_dict(validate=False)
    part = drawn["vconcat"][panel]
    data = (part if layer is None else part["layer"][layer])["data"]
    return drawn["datasets"][data["name"]]


def titles(chart):
    return [(panel.get("encoding") or panel["layer"][0]["encoding"])["y"]["title"] for panel in panels(chart)]


def test_attention_and_gates_stand_above_wave_and_frames_on_one_axis():
    chart = heard_sound(sound(gates=[gate()]), "What was heard")
    assert titles(chart) == ["attention", "gates", "wave", "band"]
    for panel in panels(chart):
        encodings = (
            [panel["encoding"]] if "encoding" in panel else [each["encoding"] for each in panel["layer"]]
        )
        scales = [each["x"]["scale"]["domain"] for each in encodings if "scale" in each.get("x", {})]
        assert scales
        assert all(domain == [0, 0.4] for domain in scales)
    assert titles(heard_sound(sound(), "What was heard")) == ["attention", "wave", "band"]
    assert "<svg" in svg(chart, width=320, bare=True)


def test_a_strip_goes_from_the_tenth_to_the_ninetieth_unit_within_its_own_band():
    values = np.tile(np.linspace(0, 1, 11), (20, 1))  # eleven units from 0 to 1 at every step
    chart = heard_sound(sound(gates=[gate(), GateStrip("reset gate, layer 1", values)]), "")
    rows = rows_of(chart, 1, 1)
    assert len(rows) == 40
    first, second = rows[3], rows[-1]
    assert first["middle"] - rows[0]["middle"] == pytest.approx(0.5)
    assert second["high"] - second["low"] == pytest.approx(0.8)
    assert second["high"] < rows[0]["low"]  # below the first strip
    assert (first["begin"], first["end"]) == (0.06, 0.08)


def test_the_text_alternative_says_where_attention_and_gates_are_highest():
    described = heard_sound(sound(gates=[gate()]), "").to_dict(validate=False)
    assert described["description"] == (
        "a.wav: 0.40 seconds; most attention at 0.21 seconds; update gate, layer 1: median unit from 0.25 to "
        "0.75, highest at 0.07 seconds."
    )
    assert "gates from 0 to 1" in described["usermeta"]["caption"]
    assert "Attention is not importance" in described["usermeta"]["caption"]


def test_shares_without_attention_are_not_called_so():
    chart = heard_sound(sound(looks=False), "")
    assert titles(chart)[0] == "share"
    described = chart.to_dict(validate=False)
    assert "most of the pooled vector comes from 0.21 seconds" in described["description"]
    assert "ttention" not in described["usermeta"]["caption"]


def test_a_long_recording_is_drawn_in_as_many_pieces_as_fit():
    rows = rows_of(heard_sound(sound(steps=3000, gates=[gate(steps=3000)]), ""), 0)
    assert len(rows) == MOST_COLUMNS
    assert rows[-1]["end"] == pytest.approx(0.4)


def test_what_hiding_a_stretch_costs_stands_beside_attention():
    chart = heard_sound(sound(falls=np.array([0.0, 0.25, -0.05, 0.1])), "")
    assert titles(chart) == ["attention", "fall when hidden", "wave", "band"]
    rows = rows_of(chart, 1)
    assert [row["fall"] for row in rows] == [0.0, 0.25, -0.05, 0.1]
    assert (rows[1]["begin"], rows[1]["end"]) == (0.1, 0.2)
    described = chart.to_dict(validate=False)
    assert (
        "hiding the stretch around 0.15 seconds lowers the probability most, by 0.25"
        in described["description"]
    )
    assert "fall of the probability of the answer" in described["usermeta"]["caption"]
