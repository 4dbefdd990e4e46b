"""Whether given layers fit together, and a name for what they compute."""

import hashlib
from collections.abc import Sequence

import numpy as np

from hiddenstate.errors import InputError, ShapeError
from hiddenstate.kernels.step_layer import GATES, Floats, Layer

FLOAT32 = np.dtype(np.float32)


def check_finite(name: str, values: Floats) -> None:
    """Raise `InputError` at the first NaN or infinity."""
    finite = np.isfinite(values)
    if not finite.all():
        place = [int(index) for index in np.argwhere(~finite)[0]]
        raise InputError(
            f"{name}: expected finite float32 numbers, got {values[tuple(place)]} at {place}. "
            "Fill or drop missing values first; the state is as it was."
        )


def identity(layers: Sequence[Layer]) -> str:
    """A digest of all weights and what they mean."""
    digest = hashlib.sha256()
    for layer in layers:
        for name in ("W", "U", "b", "b_hn"):
            array = getattr(layer, name)
            if array is not None:
                digest.update(f"{layer.kind} {name} {array.shape} ".encode())
                digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def checked(layers: Sequence[Layer]) -> list[Layer]:
    """The same layers as contiguous float32, once it is clear that they fit together."""
    if not layers:
        raise ShapeError("layers: expected one or more, got none.")
    ready: list[Layer] = []
    for index, layer in enumerate(layers):
        _check_layer(f"layer {index}", layer, ready[-1].hidden if ready else None)
        b_hn = None if layer.b_hn is None else np.ascontiguousarray(layer.b_hn, FLOAT32)
        W, U, b = (np.ascontiguousarray(array, FLOAT32) for array in (layer.W, layer.U, layer.b))
        ready.append(Layer(layer.kind, W, U, b, b_hn))
    return ready


def _check_layer(place: str, layer: Layer, below: int | None) -> None:
    if layer.kind not in GATES:
        raise ShapeError(f'{place}: expected one of {", ".join(GATES)}, got "{layer.kind}".')
    hidden, gates = layer.U.shape[-1], GATES[layer.kind]
    input_size = layer.W.shape[-1] if below is None else below
    shapes = {"W": (gates * hidden, input_size), "U": (gates * hidden, hidden), "b": (gates * hidden,)}
    if layer.kind == "gru":
        shapes["b_hn"] = (hidden,)
    elif layer.b_hn is not None:
        raise ShapeError(
            f"{place}: expected no b_hn, which is the GRU's, got one for {layer.kind}. Leave it out."
        )
    for name, shape in shapes.items():
        array = getattr(layer, name)
        if array is None or array.shape != shape or 0 in shape:
            got = "none" if array is None else array.shape
            raise ShapeError(
                f"{place}, {name}: expected shape {shape}, got {got}. Check the kind of cell and the layer below."
            )
        check_finite(f"{place}, {name}", array)
