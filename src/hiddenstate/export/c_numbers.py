"""Weights as C arrays: float32, or int8 with a scale for each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
PER_LINE = 12
KINDS = {
    "int8": "int8_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "uint16": "uint16_t",
    "uint8": "unsigned char",
}


@dataclass(frozen=True)
class Quantised:
    """A matrix (rows, columns) as ``whole * scale[row]``."""

    whole: NDArray[np.int8]
    scale: NDArray[np.float32]
    """(rows,) float32 of which the upper 16 bits say all: see `upper_half`."""


def quantise(*matrices: Array) -> tuple[Quantised, ...]:
    """Matrices with the same rows, whose products are summed, get one scale for each row.

    >>> (half,) = quantise(np.array([[0.5, -1.27]]))
    >>> half.whole.tolist(), [f"{step:.4f}" for step in half.scale]
    ([[50, -127]], ['0.0100'])
    """
    largest = np.max([np.abs(matrix).max(axis=1, initial=0.0) for matrix in matrices], axis=0)
    scale = _rounded_up(np.where(largest > 0, largest / 127, 1.0).astype(np.float32))
    return tuple(
        Quantised(np.rint(matrix / scale[:, np.newaxis]).clip(-127, 127).astype(np.int8), scale)
        for matrix in matrices
    )


def upper_half(scale: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The upper 16 bits of each float32, which is all of a scale: half the flash, and C99 can widen it again."""
    return (scale.view(np.uint32) >> 16).astype(np.uint16)


def _rounded_up(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Positive numbers to the next float32 whose lower 16 bits are 0: at most 1 / 128 more, so nothing is clipped."""
    bits = (values.view(np.uint32) + np.uint32(0xFFFF)) & np.uint32(0xFFFF0000)
    return bits.view(np.float32)


def float_literal(value: float | np.floating[Any]) -> str:
    """A float32 that reads back exactly.

    >>> float_literal(1.0), float_literal(0.1)
    ('1.0f', '0.1f')
    """
    return f"{np.float32(value)!s}f"


def c_array(name: str, values: Array) -> str:
    """A constant array definition."""
    flat = values.ravel()
    if values.dtype.kind == "f":
        kind, texts = "float", [f"{value!s}f" for value in flat.astype(np.float32)]
    else:
        kind, texts = KINDS[values.dtype.name], [str(value) for value in flat]
    return f"static const {kind} {name}[{max(len(texts), 1)}] = {{\n{_lines(texts or ['0'])}\n}};\n"


def _lines(texts: Sequence[str]) -> str:
    rows = (", ".join(texts[first : first + PER_LINE]) for first in range(0, len(texts), PER_LINE))
    return ",\n".join(f"    {row}" for row in rows)
