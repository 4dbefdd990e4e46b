"""The textbook's equations, written down once more in NumPy without a look at the cells."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hiddenstate.cells import CELLS
from hiddenstate.layers import Recurrent

Array = NDArray[np.float64]
Parameters = dict[str, Array]


def sigmoid(a: Array) -> Array:
    return 1 / (1 + np.exp(-a))


def elman(x: Array, p: Parameters) -> Array:
    h = np.zeros(p["U"].shape[1])
    steps = []
    for x_t in x:
        h = np.tanh(p["W"] @ x_t + p["U"] @ h + p["b"])
        steps.append(h)
    return np.array(steps)


def lstm(x: Array, p: Parameters) -> Array:
    (W_i, W_f, W_C, W_o), (U_i, U_f, U_C, U_o) = np.split(p["W"], 4), np.split(p["U"], 4)
    b_i, b_f, b_C, b_o = np.split(p["b"], 4)
    h = C = np.zeros(p["U"].shape[1])
    steps = []
    for x_t in x:
        f = sigmoid(W_f @ x_t + U_f @ h + b_f)
        i = sigmoid(W_i @ x_t + U_i @ h + b_i)
        o = sigmoid(W_o @ x_t + U_o @ h + b_o)
        C = f * C + i * np.tanh(W_C @ x_t + U_C @ h + b_C)
        h = o * np.tanh(C)
        steps.append(h)
    return np.array(steps)


def gru(x: Array, p: Parameters) -> Array:
    (W_r, W_z, W_n), (U_r, U_z, U_n) = np.split(p["W"], 3), np.split(p["U"], 3)
    b_r, b_z, b_n = np.split(p["b"], 3)
    h = np.zeros(p["U"].shape[1])
    steps = []
    for x_t in x:
        r = sigmoid(W_r @ x_t + U_r @ h + b_r)
        z = sigmoid(W_z @ x_t + U_z @ h + b_z)
        n = np.tanh(W_n @ x_t + b_n + r * (U_n @ h + p["b_hn"]))
        h = (1 - z) * n + z * h
        steps.append(h)
    return np.array(steps)


def peephole(x: Array, p: Parameters) -> Array:
    h = C = np.zeros(p["U"].shape[1])
    steps = []
    for x_t in x:
        a_i, a_f, a_C, a_o = np.split(p["W"] @ x_t + p["U"] @ h + p["b"], 4)
        f, i = sigmoid(a_f + p["p_f"] * C), sigmoid(a_i + p["p_i"] * C)
        C = f * C + i * np.tanh(a_C)
        h = sigmoid(a_o + p["p_o"] * C) * np.tanh(C)
        steps.append(h)
    return np.array(steps)


def normalised(x: Array, p: Parameters) -> Array:
    def norm(a: Array) -> Array:
        return (a - a.mean()) / np.sqrt(a.var() + 1e-5)

    h = C = np.zeros(p["U"].shape[1])
    steps = []
    for x_t in x:
        a = p["gamma_x"] * norm(p["W"] @ x_t) + p["gamma_h"] * norm(p["U"] @ h) + p["b"]
        a_i, a_f, a_C, a_o = np.split(a, 4)
        C = p["gamma_C"] * norm(sigmoid(a_f) * C + sigmoid(a_i) * np.tanh(a_C)) + p["beta_C"]
        h = sigmoid(a_o) * np.tanh(C)
        steps.append(h)
    return np.array(steps)


REFERENCES: dict[str, Callable[[Array, Parameters], Array]] = {
    "rnn": elman,
    "lstm": lstm,
    "gru": gru,
    "lstm-peephole": peephole,
    "lstm-layernorm": normalised,
}


def test_every_cell_has_a_reference() -> None:
    assert REFERENCES.keys() == CELLS.keys()


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, "loop") for name in REFERENCES]
    + [(name, "fused") for name in REFERENCES if CELLS[name].has_torch_twin],  # in float64 that is torch's
)
@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "backwards"])
def test_a_layer_equals_the_equations(name: str, path: Any, reverse: bool) -> None:
    torch.manual_seed(2)
    layer = Recurrent(CELLS[name](3, 5), reverse=reverse, path=path).double()
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    x = torch.randn(2, 8, 3, dtype=torch.float64)
    with torch.no_grad():
        outputs, final = layer(x)
    parameters = {key.removeprefix("cell."): value.numpy() for key, value in layer.state_dict().items()}
    for row, read in zip(x.numpy(), outputs.numpy(), strict=True):
        # Backwards is the same function on the sequence turned round.
        expected = REFERENCES[name](row[::-1] if reverse else row, parameters)
        # float64 rounding, carried through 8 steps.
        np.testing.assert_allclose(read, expected[::-1] if reverse else expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(final.h, outputs[:, 0 if reverse else -1])
