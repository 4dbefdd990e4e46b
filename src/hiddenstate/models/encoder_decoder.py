"""From a sentence to a sentence: an encoder that reads both ways, a decoder that looks where it needs to.

The decoder has two recurrent layers with the attention between them. The lower one reads what was written before, its
state asks the encoder's steps, and the upper one reads the state and the context that was found. Neither recurrence
waits for the attention of the step before, so in training each layer goes through all steps in one call. The upper
layer still remembers where earlier steps have looked, which is what input feeding is for.
With ``input_feeding`` the last readout enters the lower layer, too: a loop over the steps, which
makes a training step take about twice as long.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, final

import torch
from torch import Tensor, nn

from hiddenstate.attention import SCORES, Attention
from hiddenstate.data.pair_batches import PairBatch
from hiddenstate.errors import SettingsError
from hiddenstate.layers import DropoutSettings, Stacked, VariationalDropout, valid_steps
from hiddenstate.layers.dropout import check_share


@dataclass(frozen=True, kw_only=True)
class TranslatorSettings:
    """The network that writes one sentence for another; section ``[model]`` of ``settings.toml``."""

    cell: str = "lstm"
    """One of `CELLS`."""
    hidden_size: int = 256
    """Units of each encoder direction, and of each decoder layer."""
    num_layers: int = 1
    """Layers of the encoder."""
    embedding_size: int = 256
    """Numbers of a piece; one table serves both languages and the output layer."""
    attention: Literal["additive", "general", "dot", "none"] = "additive"
    """The score, or "none": each step sees the encoder's last states alone."""
    input_feeding: bool = False
    """Whether the readout of a step enters the next one (Luong et al. 2015, section 3.3)."""
    embedding_dropout: float = 0.2
    """Share of an embedded sentence's numbers dropped in training."""
    encoder_dropout: float = 0.3
    """Share of the encoder's outputs dropped in training."""
    output_dropout: float = 0.3
    """Share of the readout dropped in training, before the output layer."""

    def __post_init__(self) -> None:
        for name in ("hidden_size", "num_layers", "embedding_size"):
            if getattr(self, name) < 1:
                raise SettingsError(
                    f"{name}: expected 1 or more, got {getattr(self, name)}. Correct the value."
                )
        for name in ("embedding_dropout", "encoder_dropout", "output_dropout"):
            check_share(name, getattr(self, name))


class Memory(NamedTuple):
    """What the encoder has understood: computed once for a sentence, read at every step."""

    keys: Tensor
    """(B, S, hidden) the encoder's steps, projected to the size of the decoder."""
    mask: Tensor
    """(B, S) true where a step is real."""
    summary: Tensor
    """(B, hidden) the last states of all directions of the top layer, projected."""


class DecoderState(NamedTuple):
    """What the decoder knows between two steps."""

    lower: tuple[Tensor, ...]
    upper: tuple[Tensor, ...]
    fed: Tensor
    """(B, embedding) the readout of the step before; without input feeding nobody reads it."""


class Decoded(NamedTuple):
    """Some steps of the decoder."""

    readouts: Tensor
    """(B, T, embedding) what the output layer scores."""
    weights: Tensor
    """(B, T, S) where each step has looked; zeros without attention."""
    state: DecoderState


@final
class EncoderDecoder(nn.Module):
    """Reads a sentence and writes another, both in pieces of one vocabulary.

    Sources: Sutskever et al. (2014), "Sequence to sequence learning with neural networks", for the trunk; Bahdanau
    et al. (2015) and Luong et al. (2015) for attention; Wu et al. (2016), "Google's neural machine translation
    system", for attention asked by the lowest decoder layer; Press and Wolf (2017) for the tied output layer.
    """

    def __init__(self, pieces: int, settings: TranslatorSettings) -> None:
        super().__init__()
        size, hidden = settings.embedding_size, settings.hidden_size
        self.settings = settings
        self.embedding = nn.Embedding(pieces, size, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=size**-0.5)
        with torch.no_grad():
            self.embedding.weight[0] = 0.0
        self.scale = size**0.5  # inputs of unit variance from a table that suits the output layer
        self.embedding_dropout = VariationalDropout(settings.embedding_dropout)
        self.encoder = Stacked(
            settings.cell,
            size,
            hidden_size=hidden,
            num_layers=settings.num_layers,
            bidirectional=True,
            dropout=DropoutSettings(between_layers=settings.encoder_dropout),
        )
        self.encoder_dropout = VariationalDropout(settings.encoder_dropout)
        self.to_keys = nn.Linear(self.encoder.output_size, hidden, bias=False)
        self.to_summary = nn.Linear(self.encoder.output_size, hidden)
        self.attention: Attention | None = None
        if settings.attention != "none":
            self.attention = Attention(SCORES[settings.attention](hidden, hidden))
        fed = size if settings.input_feeding else 0
        self.lower = Stacked(settings.cell, size + fed, hidden_size=hidden)
        self.upper = Stacked(settings.cell, 2 * hidden, hidden_size=hidden)
        self.readout = nn.Linear(2 * hidden, size)
        self.output_dropout = VariationalDropout(settings.output_dropout)
        self.bias = nn.Parameter(torch.zeros(pieces))

    def forward(self, batch: PairBatch) -> Decoded:
        """Every step of the targets, each after the true pieces before it (teacher forcing)."""
        memory = self.encode(batch.sources, batch.source_lengths)
        return self.decode(batch.inputs, self.start(memory), memory, batch.target_lengths)

    def encode(self, sources: Tensor, lengths: Tensor) -> Memory:
        """Read sources (B, S) with lengths (B,)."""
        embedded = self.embedding_dropout(self.embedding(sources) * self.scale)  # (B, S, size)
        outputs, states = self.encoder(embedded, lengths)  # (B, S, 2 · hidden)
        both = states[-1]  # of the top layer: a state for each direction
        last = torch.cat([both.forward[0], both.backward[0]], dim=-1)  # (B, 2 · hidden)
        keys = self.to_keys(self.encoder_dropout(outputs))  # (B, S, hidden)
        return Memory(keys, valid_steps(lengths, sources.shape[1]), torch.tanh(self.to_summary(last)))

    def start(self, memory: Memory) -> DecoderState:
        """The decoder before its first step: both layers begin with what was read."""
        layer: Any = self.lower.layers[0]
        parts = len(layer.cell.initial_state(0))  # h and C, or h alone
        whole = (memory.summary,) * parts
        return DecoderState(
            whole, whole, memory.summary.new_zeros(len(memory.keys), self.embedding.embedding_dim)
        )

    def decode(
        self, inputs: Tensor, state: DecoderState, memory: Memory, lengths: Tensor | None = None
    ) -> Decoded:
        """Go through pieces (B, T) that were written before each step; lengths (B,) as in `Stacked`."""
        embedded = self.embedding_dropout(self.embedding(inputs) * self.scale)  # (B, T, size)
        if not self.settings.input_feeding:
            return self._steps(embedded, state, memory, lengths)
        steps = []
        for t in range(inputs.shape[1]):
            fed = torch.cat([embedded[:, t : t + 1], state.fed.unsqueeze(1)], dim=-1)
            steps.append(self._steps(fed, state, memory, None))
            state = steps[-1].state
        readouts = torch.cat([step.readouts for step in steps], dim=1)
        weights = torch.cat([step.weights for step in steps], dim=1)
        return Decoded(readouts, weights, state)

    def scores(self, readouts: Tensor) -> Tensor:
        """(..., pieces) of readouts (..., embedding): the table of the inputs is that of the outputs."""
        return nn.functional.linear(readouts, self.embedding.weight, self.bias)

    def _steps(self, x: Tensor, state: DecoderState, memory: Memory, lengths: Tensor | None) -> Decoded:
        asked, (lower,) = self.lower(x, lengths, [state.lower])  # (B, T, hidden)
        if self.attention is None:
            context = memory.summary.unsqueeze(1).expand_as(asked)
            weights = asked.new_zeros(*asked.shape[:2], memory.keys.shape[1])
        else:
            context, weights = self.attention(memory.keys, asked, memory.mask)
        seen, (upper,) = self.upper(torch.cat([asked, context], dim=-1), lengths, [state.upper])
        readouts = torch.tanh(self.readout(torch.cat([seen, context], dim=-1)))
        readouts = self.output_dropout(readouts)  # (B, T, size)
        return Decoded(readouts, weights, DecoderState(lower, upper, readouts[:, -1]))
