"""How long each unit remembers, which are stuck open or closed, and which follow a single input."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hiddenstate.records import GateTrace, LayerMemory, LayerTrace, Memory
from hiddenstate.records.gates import GATES, Array

CLOSED, OPEN = 0.05, 0.95
FEEDS: dict[str, str] = {"lstm": "C", "gru": "n", "rnn": "h", "rnn_relu": "h"}
"""Cell -> the block whose sum is written into the state."""

Numbers = NDArray[np.float64]


def memory(trace: GateTrace, *, input_names: Sequence[str] = ()) -> Memory:
    """Measure every layer of a trace on its real steps; `input_names` are those of the first layer's inputs.

    A unit's half-life is ln 2 / -ln k steps, where k is the mean share of its own state that the next step keeps:

    - LSTM: the forget gate f, by which C_{t-1} is multiplied;
    - GRU: the update gate z, by which h_{t-1} is multiplied;
    - plain RNN: it has no gate that keeps. In its place stands what the two gates are, the derivative of a unit's
      state by its own last one, |∂h_t/∂h_{t-1}| = (1 - h_t²) |U_uu| (with a relu: |U_uu| where h_t > 0).

    What other units carry for it is not in this number: see the flow of gradients for that. "Driven by one input"
    compares variances: that of W_uj x_j for each input j, and that of (U h)_u, in what is written into the state.

    Sources: Karpathy, Johnson & Li (2015), "Visualizing and understanding recurrent networks", section 4.2, for
    saturation; Tallec & Ollivier (2018) for the time that a forget gate stands for.

    >>> import torch
    >>> from hiddenstate.inspection import trace
    >>> layer = torch.nn.LSTM(3, 5)
    >>> memory(trace(layer, torch.zeros(9, 1, 3))).layers[0].half_life.shape
    (5,)
    """
    first = {(layer.place, layer.number) for layer in trace.layers[:1]}  # both of its directions
    names = tuple(input_names)
    return Memory(
        tuple(
            _layer_memory(layer, names if (layer.place, layer.number) in first else ())
            for layer in trace.layers
        )
    )


def half_life(kept: Numbers) -> Numbers:
    """Steps until half is lost, where each keeps the share `kept`.

    >>> half_life(np.array([0.5, 0.0, 1.0]))
    array([ 1.,  0., inf])
    """
    with np.errstate(divide="ignore"):
        lives = np.log(2) / -np.log(np.minimum(kept, 1.0))
    return np.where(kept >= 1.0, np.inf, lives)


def _layer_memory(layer: LayerTrace, input_names: tuple[str, ...]) -> LayerMemory:
    steps = layer.steps()  # symbol -> (n, hidden)
    units = layer.shape[2]
    count = len(steps["h"])
    kept = np.full(units, np.nan) if count == 0 else _kept(layer, steps)
    gates = {symbol: steps[symbol] for symbol in GATES if symbol in steps and count}
    driver, share = _drivers(layer)
    return LayerMemory(
        name=layer.name,
        cell=layer.cell,
        keeper=layer.keeper or "∂h",
        kept=kept,
        half_life=half_life(kept),
        low={symbol: (values < CLOSED).mean(axis=0) for symbol, values in gates.items()},
        high={symbol: (values > OPEN).mean(axis=0) for symbol, values in gates.items()},
        driver=driver,
        driver_share=share,
        steps=count,
        inputs=input_names,
    )


def _kept(layer: LayerTrace, steps: dict[str, Array]) -> Numbers:
    if layer.keeper is not None:
        return np.asarray(steps[layer.keeper].astype(np.float64).mean(axis=0))
    if layer.weights is None:
        return np.full(layer.shape[2], np.nan)
    h = steps["h"].astype(np.float64)
    slope = (h > 0).astype(np.float64) if layer.cell == "rnn_relu" else 1 - h**2
    return np.asarray(slope.mean(axis=0) * np.abs(np.diagonal(layer.weights.U)))


def _drivers(layer: LayerTrace) -> tuple[NDArray[np.int64], Numbers]:
    """The input whose term varies most in each unit, and its share of all variance there."""
    units = layer.shape[2]
    nobody = np.full(units, -1), np.full(units, np.nan)
    weights, inputs = layer.weights, layer.inputs
    if weights is None or inputs is None or not layer.lengths.sum():
        return nobody
    real = np.arange(layer.shape[1]) < layer.lengths[:, None]
    rows = weights.block(FEEDS[layer.cell])
    x = inputs[real].astype(np.float64)  # (n, input)
    own = weights.W[rows].astype(np.float64) ** 2 * x.var(axis=0)  # (hidden, input) variance of W_uj x_j
    carried = (layer.previous()[real].astype(np.float64) @ weights.U[rows].T).var(axis=0)  # (hidden,)
    total = own.sum(axis=1) + carried
    driver = own.argmax(axis=1)
    with np.errstate(invalid="ignore"):
        share = own[np.arange(units), driver] / total
    moved = total > 0
    return np.where(moved, driver, -1), np.where(moved, share, np.nan)
