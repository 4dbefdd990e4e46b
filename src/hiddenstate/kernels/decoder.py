"""The weights of a decoder brought into the order of its kernel, and a sentence that is being written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import library, threads
from hiddenstate.kernels.decode_records import DECODER, DECODING
from hiddenstate.kernels.dense import Dense, packed, widened
from hiddenstate.kernels.passes import units_for
from hiddenstate.kernels.step_layer import Floats, Layer

NO_PIECE = -1.0e30
"""The bias of columns behind the last piece: far below every score."""


@dataclass(frozen=True)
class DecoderWeights:
    """The weights as `hiddenstate.models.encoder_decoder` has them; H units, E numbers of a piece, V pieces."""

    embedding: Floats
    """(V, E), without the scale of inputs"""
    scale: float
    lower: Layer
    """Reads E, or with input feeding 2 · E"""
    upper: Layer
    """Reads 2 · H"""
    readout: Floats
    """(E, 2 · H)"""
    readout_bias: Floats
    bias: Floats
    """(V,)"""
    query: Floats | None = None
    """(H, H) W of the additive score; None for scores that are products"""
    v: Floats | None = None
    """(H,)"""


@dataclass(frozen=True)
class Asked:
    """A source as the decoder asks it."""

    keys: Floats
    """(S, units) by what each step is found: the product with it, or U k of the additive score, is the score"""
    contexts: Floats
    """(S, units) what each step answers"""
    summary: Floats
    """(H,) the state with which both layers begin"""


class Decoder:
    """Weights in their order; `begin` starts a sentence. Raises `KernelError` where nothing can be compiled."""

    def __init__(self, weights: DecoderWeights) -> None:
        lower, upper = (_adding(layer) for layer in (weights.lower, weights.upper))
        pieces, size = weights.embedding.shape
        self.real_pieces = pieces
        """Of the vocabulary: columns of the output layer behind them are no pieces."""
        self.hidden, self.size = weights.lower.hidden, size
        self.units, self.wide = units_for(self.hidden), units_for(size)
        self.blocks = len(lower.b) // self.hidden
        self.columns, self.pieces = self.blocks * self.units, units_for(pieces)
        self.state = self.wide + 4 * self.units
        self.has_memory = weights.lower.has_memory
        self.kernel = library.kernel(f"{weights.lower.kind}.decode")
        fed = self.wide if lower.W.shape[1] > size else 0

        entering = Dense(
            self._blocks(lower.W[:, :size] * np.float32(weights.scale), size),
            self._blocks(lower.b[:, None], 1)[:, 0],
        )
        from_context = upper.W[:, self.hidden :], weights.readout[:, self.hidden :]
        self.answers = Dense(
            np.concatenate(
                [self._blocks(from_context[0], self.units), widened(from_context[1], self.wide, self.units)]
            ),
            np.concatenate(
                [self._blocks(upper.b[:, None], 1)[:, 0], widened(weights.readout_bias, self.wide)]
            ),
        )
        """What contexts (S, units) say to the upper layer and to the readout, with the biases."""
        bias = np.full(self.pieces, NO_PIECE, np.float32)
        bias[:pieces] = weights.bias
        lower_parts = [self._blocks(lower.W[:, size:], fed)] if fed else []
        arrays = {
            "table": entering(weights.embedding),
            "lower": packed(np.concatenate([*lower_parts, self._blocks(lower.U, self.units)], axis=1)),
            "upper": packed(
                np.concatenate(
                    [self._blocks(part, self.units) for part in (upper.W[:, : self.hidden], upper.U)], axis=1
                )
            ),
            "readout": packed(widened(weights.readout[:, : self.hidden], self.wide, self.units)),
            "output": packed(widened(weights.embedding, self.pieces, self.wide)),
            "bias": bias,
            "zeros": np.zeros(self.columns + self.wide, np.float32),
        }
        if weights.query is not None and weights.v is not None:
            arrays["query"] = packed(widened(weights.query, self.units, self.units))
            arrays["v"] = widened(weights.v, self.units)
        self.additive = "query" in arrays
        self._arrays = arrays
        self.record = np.zeros(1, DECODER)
        sizes = {"units": self.units, "size": self.wide, "fed": fed}
        sizes |= {"columns": self.columns, "pieces": self.pieces}
        for name, number in sizes.items():
            self.record[name] = number
        for name, array in arrays.items():
            self.record[name] = array.ctypes.data

    @property
    def weight_bytes(self) -> int:
        """Of memory."""
        return self.answers.weight_bytes + sum(array.nbytes for array in self._arrays.values())

    def begin(self, asked: Asked, beam: int, first: int) -> "Decoding":
        """A sentence of which nothing is written; `first`: pieces below this number never are."""
        return Decoding(self, asked, beam, first)

    def start(self, summary: Floats) -> Floats:
        """(1, state) both layers with a summary (H,) as h and, where they have it, C."""
        state = np.zeros((1, self.state), np.float32)
        for part in range(4 if self.has_memory else 2):
            first = self.wide + part * self.units
            state[0, first : first + self.hidden] = summary
        return state

    def parts(self, state: Floats) -> dict[str, Floats]:
        """A state (width,) by its parts: the readout (E,), and h and C (H,) of both layers."""
        found = {"fed": state[: self.size]}
        for number, name in enumerate(("lower.h", "upper.h", "lower.C", "upper.C")):
            first = self.wide + number * self.units
            found[name] = state[first : first + self.hidden]
        return found if self.has_memory else {name: found[name] for name in ("fed", "lower.h", "upper.h")}

    def _blocks(self, matrix: Floats, depth: int) -> Floats:
        """(blocks · H, n) -> (blocks · units, depth)."""
        parts = matrix.reshape(self.blocks, self.hidden, -1)
        return widened(parts, self.blocks, self.units, depth).reshape(self.columns, depth)


class Decoding:
    """A sentence that is being written: what its steps need, from one to the next."""

    def __init__(self, decoder: Decoder, asked: Asked, beam: int, first: int) -> None:
        self.decoder = decoder
        self.looked: list[Floats] = []
        """Of each step (hypotheses, S) where they have looked."""
        self.steps, room = len(asked.keys), units_for(len(asked.keys))
        self._room = room
        keys = asked.keys
        if not decoder.additive:  # for a product, one column for each step
            keys = np.ascontiguousarray(widened(keys, room, decoder.units).T)
        answers = decoder.columns + decoder.wide
        self._wanted = 2 * beam
        self._arrays: dict[str, NDArray[Any]] = {
            "keys": keys,
            "values": decoder.answers(asked.contexts),
            "parents": np.zeros(beam, np.int64),
            "last": np.zeros(beam, np.int64),
            "totals": np.zeros(beam, np.float32),
            "room_for": np.empty(beam * (answers + decoder.columns + decoder.units), np.float32),
            "logits": np.empty(beam * decoder.pieces, np.float32),
            "scores": np.empty(self._wanted, np.float32),
            "places": np.empty(self._wanted, np.int64),
        }
        self._states = decoder.start(asked.summary), *np.empty((2, beam, decoder.state), np.float32)
        self._addresses = [state.ctypes.data for state in self._states]
        """Where the states before a step are, those after it, and room for the next."""
        self._record = np.zeros(1, DECODING)
        sizes = {"decoder": decoder.record.ctypes.data, "steps": self.steps, "room": room}
        for name, number in (sizes | {"first": first, "wanted": self._wanted}).items():
            self._record[name] = number
        for name, array in self._arrays.items():
            self._record[name] = array.ctypes.data
        self._record_place = self._record.ctypes.data

    def step(
        self, parents: Sequence[int], last: Sequence[int], totals: Sequence[float], only: int = 0
    ) -> tuple[list[float], list[int], list[int]]:
        """Go on from hypotheses: from which of the step before, the piece they end with, their log probabilities.

        `only`: if not 0, nothing but this piece can follow. Returns the log probabilities of the best continuations, at
        most twice the beam and best first, the hypothesis that each goes on from, and its next piece.
        """
        rows, arrays, record = len(parents), self._arrays, self._record
        arrays["parents"][:rows], arrays["last"][:rows], arrays["totals"][:rows] = parents, last, totals
        weights = np.zeros((rows, self._room), np.float32)
        record["rows"], record["only"], record["weights"] = rows, only, weights.ctypes.data
        before, after, room = self._addresses
        record["before"], record["after"] = before, after
        threads.run(self.decoder.kernel, self._record_place, 1)
        self.looked.append(weights[:, : self.steps])
        self._addresses = [after, room, after]
        places: list[int] = arrays["places"].tolist()
        found = places.index(-1) if -1 in places else len(places)
        pieces = self.decoder.pieces
        return (
            arrays["scores"][:found].tolist(),
            [place // pieces for place in places[:found]],
            [place % pieces for place in places[:found]],
        )

    @property
    def work_bytes(self) -> int:
        """Of memory, for this sentence; what `looked` keeps of each step comes on top."""
        arrays = (*self._arrays.values(), *self._states)
        return sum(array.nbytes for array in arrays)

    def state(self) -> Floats:
        """(hypotheses, state) after the last step."""
        place = self._addresses[0]
        return next(state for state in self._states if state.ctypes.data == place)

    def log_probabilities(self, scores: Sequence[float], pieces: Sequence[int]) -> Floats:
        """(all pieces,) of the first hypothesis, after a step that it took alone from a log probability of 0.

        `scores`, `pieces`: what that step returned; the kernel has the others' logits, without their common term.
        """
        logits: Floats = self._arrays["logits"][: self.decoder.real_pieces]
        if not pieces:  # numbers that are none
            return np.full_like(logits, np.nan)
        return logits + np.float32(scores[0] - float(logits[pieces[0]]))


def _adding(layer: Layer) -> Layer:
    """The same with blocks to which x and h are simply added: a GRU's n has one for each."""
    if layer.b_hn is None:
        return layer
    hidden, nothing = layer.hidden, np.zeros_like
    W, U = layer.W, layer.U
    return Layer(
        layer.kind,
        np.concatenate([W, nothing(W[:hidden])]),
        np.concatenate([U[: 2 * hidden], nothing(U[:hidden]), U[2 * hidden :]]),
        np.concatenate([layer.b, layer.b_hn]),
    )
