"""Where each intermediate value lies in one array: values that are never needed together share their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALIGN = 16
"""Numbers: 64 bytes, one vector register."""


@dataclass(frozen=True)
class Need:
    """A value that takes `size` numbers from operation `first` to operation `last`, both included."""

    name: str
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class Memory:
    """The plan."""

    places: Mapping[str, int]
    """Where each value begins."""
    size: int
    """Numbers in all."""


def plan_memory(needs: Sequence[Need]) -> Memory:
    """Give each value the lowest place that is free as long as it lives, the largest first.

    >>> plan_memory([Need("a", 16, 0, 1), Need("b", 16, 1, 2), Need("c", 16, 2, 3)]).size
    32
    """
    placed: list[tuple[int, Need]] = []
    for need in sorted(needs, key=lambda need: -need.size):
        place = 0
        for other_place, other in sorted(placed, key=lambda pair: pair[0]):
            together = other.first <= need.last and need.first <= other.last
            if together and other_place < place + need.size and place < other_place + other.size:
                place = -(-(other_place + other.size) // ALIGN) * ALIGN
        placed.append((place, need))
    return Memory(
        {need.name: place for place, need in placed},
        max((place + need.size for place, need in placed), default=1) or 1,
    )
