"""Shapes with a name in place of a number that only the caller knows."""

import math
from collections.abc import Sequence

from hiddenstate.errors import BundleError

Size = int | str
"""A number of elements, or "time" (steps of the sequences), or "grams" (n-grams of the word with most)."""
Shape = tuple[Size, ...]
"""The first axis counts rows for each row of the batch: mostly 1, but 3 where three columns are read as rows."""


def known(size: Size) -> int:
    """A size that must be a number. Raises `BundleError` for a name."""
    if isinstance(size, str):
        raise BundleError(
            f"program: expected a fixed size, got {size}. Use an operation that reads any length."
        )
    return size


def elements(shape: Sequence[Size]) -> int:
    """How many numbers a shape of known sizes holds."""
    return math.prod(known(size) for size in shape)


def together(first: Shape, second: Shape) -> Shape:
    """The shape of an element-wise result: equal sizes, or a 1 that is repeated.

    >>> together((1, 5, 3), (1, 1, 3))
    (1, 5, 3)
    """
    if len(first) != len(second):
        raise BundleError(f"program: expected shapes of as many axes, got {first} and {second}.")
    sizes: list[Size] = []
    for one, other in zip(first, second, strict=True):
        if one != other and 1 not in (one, other):
            raise BundleError(f"program: expected shapes that fit together, got {first} and {second}.")
        sizes.append(other if one == 1 else one)
    return tuple(sizes)
