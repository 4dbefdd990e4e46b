"""A cell's equations with a model's own numbers: where every value of one unit comes from, step by step."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InspectionError
from hiddenstate.records import GateTrace, LayerTrace, LayerWeights, Line, Step, Term, Walk
from hiddenstate.records.walk import Function

MOST_PRODUCTS = 6
"""A sum of up to so many products is taken apart in full; of a longer one the largest three are named."""
LARGEST = 3

EQUATIONS: dict[str, tuple[str, ...]] = {
    "lstm": (
        "f_t = σ(W_f x_t + U_f h_{t-1} + b_f)",
        "i_t = σ(W_i x_t + U_i h_{t-1} + b_i)",
        "C̃_t = tanh(W_C x_t + U_C h_{t-1} + b_C)",
        "C_t = f_t · C_{t-1} + i_t · C̃_t",
        "o_t = σ(W_o x_t + U_o h_{t-1} + b_o)",
        "h_t = o_t · tanh(C_t)",
    ),
    "gru": (
        "r_t = σ(W_r x_t + U_r h_{t-1} + b_r)",
        "z_t = σ(W_z x_t + U_z h_{t-1} + b_z)",
        "n_t = tanh(W_n x_t + b_n + r_t · (U_n h_{t-1} + b_hn))",
        "h_t = (1 - z_t) · n_t + z_t · h_{t-1}",
    ),
    "rnn": ("h_t = tanh(W x_t + U h_{t-1} + b)",),
    "rnn_relu": ("h_t = relu(W x_t + U h_{t-1} + b)",),
}

Numbers = NDArray[np.float64]


def walk(
    trace: GateTrace,
    *,
    unit: int,
    layer: int = 0,
    row: int = 0,
    first: int = 1,
    count: int | None = None,
    input_names: Sequence[str] = (),
) -> Walk:
    """Follow `unit` of the trace's `layer` through `row`: `count` steps from the `first` one the layer reads.

    A layer that reads backwards begins at the end of the row. `input_names` are those of the layer's inputs.
    Raises `InspectionError` for a unit, layer, row or step that is not there, for a row without steps, and for a
    trace without weights (a cell of another kind, or one loaded from JSON or CSV).
    """
    chosen = trace.layer(layer)
    chosen.check_unit(unit)
    if chosen.cell not in EQUATIONS or chosen.weights is None or chosen.inputs is None:
        raise InspectionError(
            f"{chosen.name}: expected a trace with the weights of an LSTM, GRU or RNN, got one without. "
            "Trace the model itself, or load it from safetensors."
        )
    steps = len(chosen.row(row)["h"])
    if not 1 <= first <= steps:
        what = f"1 to {steps}" if steps else "a row with at least one step"
        raise InspectionError(f"first step: expected {what}, got {first}. Steps count from 1.")
    last = steps if count is None else min(steps, first - 1 + max(count, 1))
    order = list(range(steps))[:: -1 if chosen.direction == "backward" else 1][first - 1 : last]
    labels = trace.names_of_steps(layer, row)
    cell = _Unit(chosen, chosen.weights, row, unit, tuple(input_names))
    return Walk(
        layer=chosen.name,
        cell=chosen.cell,
        unit=unit,
        steps=tuple(Step(t + 1, labels[t], LINES[chosen.cell](cell, t)) for t in order),
        equations=EQUATIONS[chosen.cell],
        start=tuple((f"{symbol}_0", float(part[row, unit])) for symbol, part in chosen.start.items()),
    )


class _Unit:
    """The sums of one unit in one row of a layer."""

    def __init__(
        self, layer: LayerTrace, weights: LayerWeights, row: int, unit: int, input_names: tuple[str, ...]
    ) -> None:
        assert layer.inputs is not None
        self.weights, self.unit = weights, unit
        self.x = layer.inputs[row].astype(np.float64)
        self.h_prev = layer.previous()[row].astype(np.float64)
        self.C_prev = layer.previous("C")[row, :, unit].astype(np.float64) if "C" in layer.values else None
        features = self.x.shape[1]
        fits = len(input_names) == features
        self.x_names = input_names if fits else tuple(f"x{number}" for number in range(features))
        self.h_names = tuple(f"h{number}" for number in range(self.h_prev.shape[1]))

    def from_input(self, block: str, t: int, letter: str) -> Term:
        """The term W x_t."""
        weights = self.weights.W[self.weights.block(block)][self.unit].astype(np.float64)
        return Term(f"W{letter} x_t", float(weights @ self.x[t]), _products(self.x_names, weights, self.x[t]))

    def from_state(self, block: str, t: int, letter: str) -> Term:
        """The term U h_{t-1}."""
        weights = self.weights.U[self.weights.block(block)][self.unit].astype(np.float64)
        h_prev = self.h_prev[t]
        return Term(f"U{letter} h_{{t-1}}", float(weights @ h_prev), _products(self.h_names, weights, h_prev))

    def bias(self, block: str, letter: str) -> Term:
        """The bias."""
        return Term(f"b{letter}", float(self.weights.b[self.weights.block(block)][self.unit]))

    def gate(self, symbol: str, block: str, t: int, function: Function) -> Line:
        """The line function(W x_t + U h_{t-1} + b)."""
        letter = f"_{block}" if len(self.weights.blocks) > 1 else ""
        terms = (
            self.from_input(block, t, letter),
            self.from_state(block, t, letter),
            self.bias(block, letter),
        )
        return _line(symbol, terms, function)


def _lstm(cell: _Unit, t: int) -> tuple[Line, ...]:
    f, i, o = (cell.gate(f"{gate}_t", gate, t, "σ") for gate in ("f", "i", "o"))
    C_tilde = cell.gate("C̃_t", "C", t, "tanh")
    assert cell.C_prev is not None
    C_prev = float(cell.C_prev[t])
    kept = Term("f_t · C_{t-1}", f.value * C_prev, (("f_t", f.value, C_prev),))
    written = Term("i_t · C̃_t", i.value * C_tilde.value, (("i_t", i.value, C_tilde.value),))
    C = _line("C_t", (kept, written), "")
    shown = (Term("o_t", o.value), Term("tanh(C_t)", float(np.tanh(C.value))))
    return f, i, C_tilde, C, o, Line("h_t", shown, "", shown[0].value * shown[1].value, product=True)


def _gru(cell: _Unit, t: int) -> tuple[Line, ...]:
    r, z = (cell.gate(f"{gate}_t", gate, t, "σ") for gate in ("r", "z"))
    b_hn = cell.weights.b_hn
    assert b_hn is not None
    recurrent = cell.from_state("n", t, "_n").value + float(b_hn[cell.unit])
    scaled = Term("r_t · (U_n h_{t-1} + b_hn)", r.value * recurrent, (("r_t", r.value, recurrent),))
    n = _line("n_t", (cell.from_input("n", t, "_n"), cell.bias("n", "_n"), scaled), "tanh")
    h_prev = float(cell.h_prev[t, cell.unit])
    new = Term("(1 - z_t) · n_t", (1 - z.value) * n.value, (("1 - z_t", 1 - z.value, n.value),))
    kept = Term("z_t · h_{t-1}", z.value * h_prev, (("z_t", z.value, h_prev),))
    return r, z, n, _line("h_t", (new, kept), "")


LINES: dict[str, Callable[[_Unit, int], tuple[Line, ...]]] = {
    "lstm": _lstm,
    "gru": _gru,
    "rnn": lambda cell, t: (cell.gate("h_t", "h", t, "tanh"),),
    "rnn_relu": lambda cell, t: (cell.gate("h_t", "h", t, "relu"),),
}
FUNCTIONS: dict[Function, Callable[[float], float]] = {
    "σ": lambda a: float(1 / (1 + np.exp(-a))),
    "tanh": lambda a: float(np.tanh(a)),
    "relu": lambda a: max(a, 0.0),
    "": lambda a: a,
}


def _line(symbol: str, terms: tuple[Term, ...], function: Function) -> Line:
    return Line(symbol, terms, function, FUNCTIONS[function](sum(term.value for term in terms)))


def _products(
    names: tuple[str, ...], weights: Numbers, values: Numbers
) -> tuple[tuple[str, float, float], ...]:
    places = range(len(names))
    if len(names) > MOST_PRODUCTS:
        places = np.argsort(-np.abs(weights * values), kind="stable")[:LARGEST].tolist()
    return tuple((names[place], float(weights[place]), float(values[place])) for place in places)
