"""A cell through time in NumPy: the equations of `hiddenstate.cells`, for any cell, direction and lengths."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
State = tuple[Array, ...]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow at either end."""
    small = np.exp(-np.abs(x))
    answer: Array = np.where(x >= 0, 1 / (1 + small), small / (1 + small))
    return answer


def recurrent(
    inputs: Mapping[str, Array], weights: Mapping[str, Array], options: Mapping[str, Any]
) -> dict[str, Array]:
    """The operation "recurrent"; a row keeps its state and shows zeros once it has ended."""
    x = inputs["x"]  # (B, T, F)
    batch, steps, _ = x.shape
    hidden = weights["U"].shape[1]
    step, parts = CELLS[options["cell"]]
    lengths = inputs.get("lengths", np.full(batch, steps))
    zero = np.zeros((batch, hidden), dtype=x.dtype)
    state = tuple(inputs.get(part, zero) for part in parts)
    sequence = np.zeros((batch, steps, hidden), dtype=x.dtype)
    for t in reversed(range(steps)) if options["reverse"] else range(steps):
        alive = (t < lengths)[:, np.newaxis]  # (B, 1)
        after = step(np.where(alive, x[:, t], 0), state, weights)
        state = tuple(np.where(alive, new, old) for new, old in zip(after, state, strict=True))
        sequence[:, t] = np.where(alive, state[0], 0)
    return {"sequence": sequence, **dict(zip(parts, state, strict=True))}


def _elman(x_t: Array, state: State, weights: Mapping[str, Array]) -> State:
    (h_prev,) = state
    return (np.tanh(x_t @ weights["W"].T + h_prev @ weights["U"].T + weights["b"]),)


def _lstm(x_t: Array, state: State, weights: Mapping[str, Array]) -> State:
    h_prev, C_prev = state
    a_t = x_t @ weights["W"].T + h_prev @ weights["U"].T + weights["b"]
    a_i, a_f, a_C, a_o = np.split(a_t, 4, axis=-1)
    C_t = sigmoid(a_f) * C_prev + sigmoid(a_i) * np.tanh(a_C)
    return sigmoid(a_o) * np.tanh(C_t), C_t


def _gru(x_t: Array, state: State, weights: Mapping[str, Array]) -> State:
    (h_prev,) = state
    a_xr, a_xz, a_xn = np.split(x_t @ weights["W"].T + weights["b"], 3, axis=-1)
    a_hr, a_hz, U_n_h = np.split(h_prev @ weights["U"].T, 3, axis=-1)
    r_t, z_t = sigmoid(a_xr + a_hr), sigmoid(a_xz + a_hz)
    n_t = np.tanh(a_xn + r_t * (U_n_h + weights["b_hn"]))
    return ((1 - z_t) * n_t + z_t * h_prev,)


CELLS = {"rnn": (_elman, ("h",)), "lstm": (_lstm, ("h", "C")), "gru": (_gru, ("h",))}
"""Cell -> its step and the parts of its state."""
