"""The records through which a decoder's kernels are called: sizes and addresses, each an int64.

All widths are rounded up to whole vectors (UNIT_BLOCK of `records`); what was added stays 0. A state, one for each
hypothesis, is one row of floats: the last readout (`size`), h of both layers, C of both (`units` each); cells
without C leave its place unused. A GRU's pre-activations have four blocks: r, z, and n of x and of h by themselves.
"""

from typing import Any

import numpy as np


def _record(*fields: str) -> Any:
    return np.dtype([(field, np.int64) for field in fields])


DENSE = _record(
    "out",  # (rows, columns) written
    "x",  # (rows, depth)
    "packed",  # (depth, columns)
    "bias",  # (columns)
    "rows",
    "depth",
    "columns",
)
"""A dense layer."""

DECODER = _record(
    "units",  # of each layer
    "size",  # of a readout
    "fed",  # size where the readout enters the lower layer, else 0
    "columns",  # blocks · units, the pre-activations of a layer
    "pieces",  # of the vocabulary
    "table",  # (real pieces, columns) of the lower layer W x + b for each piece
    "lower",  # (fed + units, columns) packed: fed weights, then U
    "upper",  # (2 · units, columns) packed: W of the lower layer's h, then U
    "query",  # (units, units) packed: W of the additive score; 0 for scores that are products
    "v",  # (units) of the additive score
    "readout",  # (units, size) packed: its part that reads the upper layer
    "output",  # (size, pieces) packed
    "zeros",  # (columns + size) zeros
    "bias",  # (pieces) of the output layer; so low where there is no piece that it has no share
)
"""The weights of a decoder: two recurrent layers with the attention between them."""

DECODING = _record(
    "decoder",
    "steps",  # of the source
    "room",  # the same in whole vectors
    "keys",  # (units, room), or (steps, units) for the additive score: what each step of the source is asked by
    "values",  # (steps, columns + size) what it answers: to the upper layer and to the readout, biases included
    "rows",  # hypotheses
    "parents",  # (rows) int64 whose state each goes on from
    "last",  # (rows) int64 the piece that each wrote last
    "totals",  # (rows) log probability of each
    "before",  # (any, state)
    "after",  # (rows, state) written
    "weights",  # (rows, room) zeros; written: where each has looked
    "room_for",  # (rows, columns + size), then (rows, columns), then (rows, units): room
    "logits",  # (rows, pieces) written
    "first",  # pieces below this number are never written
    "only",  # if not 0: nothing but this piece is written
    "wanted",  # how many continuations are looked for
    "scores",  # (wanted) written: their log probabilities, best first; minus infinity where there are too few
    "places",  # (wanted) int64 written: row · pieces + piece
)
"""One step of all hypotheses of one sentence."""
