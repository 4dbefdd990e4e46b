import numpy as np
import pytest

from hiddenstate.plots import gradient_flow, png, svg
from hiddenstate.records import GradientFlow


def flow(name, factor, *, weights="fresh weights", steps=40, cell="LSTM", **more):
    norms = 0.7 * factor ** np.arange(steps + 1.0)
    states = {"h": norms, "C": 2 * norms} if cell == "LSTM" else {"h": norms}
    return GradientFlow(name, cell, weights, states, 8, **more)


@pytest.fixture
def flows():
    return [
        flow("plain", 0.5, cell="Elman RNN", largest_eigenvalue=0.9),
        flow("gated", 0.99, keep_bias=(1.0, 1.0)),
        flow("wild", 1.3, keep_bias=(0.0, 2.0)),
    ]


def text(chart):
    return chart.to_dict()["description"]


def test_the_caption_says_cell_state_weights_and_fate(flows):
    said = text(gradient_flow(flows))
    assert "plain (Elman RNN, state h; fresh weights, largest |λ| of U 0.90): vanishes" in said
    assert "a thousandth is left after 11 steps" in said
    assert (
        "gated (LSTM, state C; fresh weights, forget bias 1.0): carries, 68 % is left after 40 steps" in said
    )
    assert "wild (LSTM, state C; fresh weights, forget bias 0.0 to 2.0): explodes" in said
    assert said == gradient_flow(flows).to_dict()["usermeta"]["caption"]


def test_one_state_is_drawn_for_all_on_request():
    norms = {"h": 0.5 ** np.arange(41.0), "C": 0.99 ** np.arange(41.0)}
    chart = gradient_flow([GradientFlow("gated", "LSTM", "fresh weights", norms, 8)], state="h")
    assert "state h; fresh weights): vanishes" in text(chart)
    assert "norm of d loss / d h, as a share" in str(chart.to_dict()["layer"][2]["encoding"]["y"]["title"])


def test_the_axis_is_logarithmic_and_labelled(flows):
    lines = gradient_flow(flows).to_dict()["layer"][2]["encoding"]
    assert lines["y"]["scale"]["type"] == "log"
    assert lines["y"]["title"] == "norm of d loss / d state, as a share of that at k = 1"
    assert lines["x"]["title"] == "k: steps before the last one"
    low, high = lines["y"]["scale"]["domain"]
    assert low <= 1e-12
    assert high >= 1.3**39


def test_before_and_after_share_a_colour_and_differ_in_their_dashes():
    pair = [flow("layer 0", 0.5), flow("layer 0", 0.9, weights="after training")]
    encoding = gradient_flow(pair).to_dict()["layer"][2]["encoding"]
    assert encoding["color"]["scale"]["domain"] == ["layer 0, fresh weights", "layer 0, after training"]
    assert len(set(encoding["color"]["scale"]["range"])) == 1
    assert encoding["strokeDash"]["scale"]["range"][0] != encoding["strokeDash"]["scale"]["range"][1]


def test_values_are_read_out(flows):
    drawn = svg(gradient_flow(flows))
    assert 'data-say="k = 1 | plain 1.0' in drawn
    assert png(gradient_flow(flows))[:4] == b"\x89PNG"


def test_a_gradient_of_zero_is_a_gap_and_nothing_is_said_in_words():
    dead = GradientFlow("dead", "GRU", "", {"h": np.array([1.0, 1.0, 0.0, 0.0])}, 1)
    assert dead.decades_lost(2) == float("inf")
    assert "a thousandth is left after 2 steps" in text(gradient_flow([dead]))
    short = GradientFlow("short", "GRU", "", {"h": np.array([1.0])}, 1)
    assert text(gradient_flow([short])).endswith("No gradient reaches a step before the last one.")
