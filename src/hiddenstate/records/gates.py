"""What went on inside recurrent layers: every gate, candidate and state of every unit at every step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InspectionError

Array = NDArray[np.floating[Any]]
Direction = Literal["forward", "backward"]

MEANINGS: dict[str, str] = {
    "f": "forget gate",
    "i": "input gate",
    "r": "reset gate",
    "z": "update gate",
    "C_tilde": "candidate",
    "n": "candidate",
    "C": "cell state",
    "o": "output gate",
    "h": "hidden state",
}
"""Symbol -> its name in words, in the order in which a step computes them."""
SYMBOLS: dict[str, str] = {"C_tilde": "C̃"}
"""How a symbol is printed where its letter alone is not the textbook's."""
GATES = ("f", "i", "r", "z", "o")
"""The symbols of gates proper, in (0, 1)."""
KEEPERS: dict[str, str] = {"lstm": "f", "gru": "z"}
"""Cell -> the gate that keeps the past."""


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """The parameters of one layer and direction: blocks of `hidden` rows, in the order of `blocks`."""

    blocks: tuple[str, ...]
    """The letter of each block, e.g. ("i", "f", "C", "o")."""
    W: Array
    """(blocks · hidden, input) weights of the input."""
    U: Array
    """(blocks · hidden, hidden) weights of the previous hidden state."""
    b: Array
    """(blocks · hidden,) biases; the sum of both where a gate adds both."""
    b_hn: Array | None = None
    """(hidden,) the GRU's second bias of the candidate, inside r ⊙ (U_n h + b_hn)."""

    def block(self, letter: str) -> slice:
        """The rows of one block."""
        hidden = self.U.shape[1]
        place = self.blocks.index(letter)
        return slice(place * hidden, (place + 1) * hidden)


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """One recurrent layer, in one direction, in one call of it. Steps stand in the order of the input.

    Past a row's length everything is NaN: there was no step.
    """

    place: str
    """Where the layer is in the model, e.g. "recurrent.layers.0"; empty for the model itself."""
    number: int
    """Its place in a stack, from 0."""
    direction: Direction
    call: int
    """How often the layer had been called before, in the same pass."""
    cell: str
    """"lstm", "gru", "rnn" (tanh), "rnn_relu", or the lower-case label of another cell."""
    lengths: NDArray[np.int64]
    """(batch,) real steps of each row."""
    values: Mapping[str, Array]
    """Symbol -> (batch, time, hidden): gates after their nonlinearity, candidate, states; see `MEANINGS`."""
    start: Mapping[str, Array] = field(default_factory=dict)
    """Symbol of the state -> (batch, hidden) before the first step."""
    inputs: Array | None = None
    """(batch, time, input) what the layer read; None where a file does not hold it."""
    weights: LayerWeights | None = None
    """None for another cell than those of `torch.nn`, and where a file does not hold them."""

    @property
    def name(self) -> str:
        """What a reader calls this layer; numbers count from 1."""
        stack = self.place.removesuffix(f"layers.{self.number}").removesuffix(".")
        parts = [stack or self.cell.upper(), f"layer {self.number + 1}"]
        if self.direction == "backward":
            parts.append("backward")
        if self.call:
            parts.append(f"call {self.call + 1}")
        return ", ".join(parts)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(batch, time, hidden)."""
        batch, time, hidden = self.values["h"].shape
        return batch, time, hidden

    @property
    def keeper(self) -> str | None:
        """The symbol of the gate that keeps the past; None for a cell without one."""
        return KEEPERS.get(self.cell)

    def row(self, number: int) -> dict[str, Array]:
        """Symbol -> (steps, hidden), the real steps of one row. Raises `InspectionError` for a row not there."""
        if not 0 <= number < self.shape[0]:
            raise InspectionError(f"row: expected 0 to {self.shape[0] - 1}, got {number}. Rows count from 0.")
        steps = int(self.lengths[number])
        return {symbol: values[number, :steps] for symbol, values in self.values.items()}

    def check_unit(self, unit: int) -> None:
        """Raise `InspectionError` for a unit that the layer does not have."""
        hidden = self.shape[2]
        if not 0 <= unit < hidden:
            raise InspectionError(
                f"unit: expected 0 to {hidden - 1} ({self.name} has {hidden}), got {unit}. Units count from 0."
            )

    def steps(self) -> dict[str, Array]:
        """Symbol -> (real steps of all rows, hidden)."""
        real = np.arange(self.shape[1]) < self.lengths[:, None]  # (batch, time)
        return {symbol: values[real] for symbol, values in self.values.items()}

    def previous(self, symbol: str = "h") -> Array:
        """(batch, time, hidden) the state that each step began with; past a row's length it means nothing."""
        values = np.nan_to_num(self.values[symbol])
        if values.shape[1] == 0:
            return values
        first = self.start.get(symbol, np.zeros_like(values[:, 0]))
        if self.direction == "forward":
            return np.concatenate([first[:, None], values[:, :-1]], axis=1)
        before = np.concatenate([values[:, 1:], first[:, None]], axis=1)
        rows = np.flatnonzero(self.lengths)
        before[rows, self.lengths[rows] - 1] = first[rows]
        return before


@dataclass(frozen=True, eq=False)
class GateTrace:
    """Every recurrent layer of a model on one batch of inputs, in the order in which they were computed."""

    layers: tuple[LayerTrace, ...]
    labels: tuple[tuple[str, ...], ...] = ()
    """What stands at each step of each row, for axes: words, time stamps; () where steps have only numbers."""

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, place: int) -> LayerTrace:
        return self.layers[place]

    def layer(self, place: int) -> LayerTrace:
        """The layer at `place` in `layers`. Raises `InspectionError` naming those that there are."""
        if not 0 <= place < len(self.layers):
            names = "; ".join(f"{number}: {layer.name}" for number, layer in enumerate(self.layers))
            raise InspectionError(f"layer: expected one of ({names}), got {place}. Correct the number.")
        return self.layers[place]

    def names_of_steps(self, place: int, row: int = 0) -> list[str]:
        """What stands at each step that layer `place` read in `row`; numbers from 1 where nothing fits."""
        steps = int(self.layer(place).lengths[row])
        if row < len(self.labels) and len(self.labels[row]) == steps:
            return list(self.labels[row])
        return [str(step + 1) for step in range(steps)]
