"""What each cell's kernels need beyond W, U and b: sizes, in vectors of `units` numbers."""

from typing import NamedTuple


class Kind(NamedTuple):
    """The layout of one cell's memory and gradients."""

    parts: tuple[str, ...]
    """Of a state."""
    memory: int = 1
    """Vectors that the backward pass needs of each frame beside the gates; C_t is the first where there is a C."""
    learnt: int = 0
    """Vectors of gradients that the cell's `backward` adds up itself: of `extra`, then of b if `learns_b`."""
    learns_b: bool = False
    shared_blocks: int | None = None
    """So many blocks of U h have the same gradient as those of W x; None: all of them."""
    own_gradient: int = 0
    """Where in the memory the backward pass leaves the gradient of the other blocks."""


KINDS: dict[str, Kind] = {
    "rnn": Kind(("h",)),
    "lstm": Kind(("h", "C")),
    "gru": Kind(("h",), shared_blocks=2),
    "lstm-peephole": Kind(("h", "C"), learnt=3),
    "lstm-layernorm": Kind(("h", "C"), memory=10, learnt=14, learns_b=True, shared_blocks=0, own_gradient=5),
}
"""By the cell's name in `hiddenstate.cells.CELLS`."""
