"""Words in their sentence: embed -> casing -> dropout -> recurrent layers, one state for each word."""

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.tagged_table import CASINGS
from hiddenstate.data.text_batches import TextBatch
from hiddenstate.errors import SettingsError
from hiddenstate.layers import DropoutSettings, Stacked, VariationalDropout
from hiddenstate.layers.dropout import check_share
from hiddenstate.models.embed import Embed, EmbedSizes


@dataclass(frozen=True, kw_only=True)
class TaggerSettings:
    """The network that gives each word a tag; section ``[model]`` of ``settings.toml``."""

    cell: str = "lstm"
    """One of `CELLS`."""
    hidden_size: int = 128
    """Units of each layer and direction."""
    num_layers: int = 1
    bidirectional: bool = True
    """Each word is seen with all that stands before and after it."""
    output: Literal["softmax", "crf"] = "crf"
    """Whether each tag is answered for itself, or all of a sentence together."""
    embedding_size: int = 100
    """Numbers of a word vector where no vectors file sets it."""
    fine_tune: bool = True
    """Whether training changes the vectors of a file; others always learn."""
    character_size: int = 100
    """Numbers of the features that a word gets from its letters; 0: none."""
    casing_size: int = 10
    """Numbers that say how a word is written (capitals, digits, a mark); 0: none."""
    word_dropout: float = 0.05
    """Share of words that training takes for unknown ones."""
    embedding_dropout: float = 0.4
    """Share of the embedded words' numbers dropped in training: the same ones for a whole sentence."""
    between_layers_dropout: float = 0.3
    recurrent_dropout: float = 0.0
    """Share of the hidden state dropped between steps: the same units for a whole sentence."""
    zoneout: float = 0.0
    """Share of the state that stays as it is for a step, drawn anew for each word. Such a model is not exported."""
    output_dropout: float = 0.4
    """Share of each word's state dropped in training: the same units for a whole sentence."""

    def __post_init__(self) -> None:
        for name in ("hidden_size", "num_layers", "embedding_size"):
            if getattr(self, name) < 1:
                raise SettingsError(
                    f"{name}: expected 1 or more, got {getattr(self, name)}. Correct the value."
                )
        for name in ("character_size", "casing_size"):
            if getattr(self, name) < 0:
                raise SettingsError(f"{name}: expected 0 or more, got {getattr(self, name)}. Use 0 for none.")
        for name in ("word_dropout", "embedding_dropout", "output_dropout", "zoneout"):
            check_share(name, getattr(self, name))


@final
class ReadWords(nn.Module):
    """The hidden state of each word, from both sides where the settings say so.

    `matrix`: word vectors to begin with, see `Embed`.
    """

    def __init__(
        self, sizes: EmbedSizes, settings: TaggerSettings, matrix: NDArray[np.float32] | None = None
    ) -> None:
        super().__init__()
        self.embed = Embed(
            sizes,
            matrix=matrix,
            fine_tune=settings.fine_tune or not sizes.from_file,
            word_dropout=settings.word_dropout,
        )
        size = self.embed.output_size
        self.casing: nn.Embedding | None = None
        if settings.casing_size:
            self.casing = nn.Embedding(len(CASINGS), settings.casing_size)
            size += settings.casing_size
        self.embedding_dropout = VariationalDropout(settings.embedding_dropout)
        self.recurrent = Stacked(
            settings.cell,
            size,
            hidden_size=settings.hidden_size,
            num_layers=settings.num_layers,
            bidirectional=settings.bidirectional,
            dropout=DropoutSettings(
                between_layers=settings.between_layers_dropout,
                recurrent=settings.recurrent_dropout,
                zoneout=settings.zoneout,
            ),
        )
        self.output_dropout = VariationalDropout(settings.output_dropout)
        self.output_size = self.recurrent.output_size
        """Features of each word."""

    def forward(self, batch: TextBatch) -> Tensor:
        """(B, T, output_size) the states of a batch of sentences."""
        return self.states(self.inputs(batch), batch.lengths)

    def inputs(self, batch: TextBatch) -> Tensor:
        """(B, T, size) what the recurrent layers read of each word: its vector, and how it is written."""
        x: Tensor = self.embed(batch)
        if self.casing is not None and batch.casing is not None:
            x = torch.cat([x, self.casing(batch.casing)], dim=-1)
        return x

    def input_names(self) -> tuple[str, ...]:
        """(size,) what each number of a word stands for: "word 0", "letters 3", "casing 1"."""
        size = self.embed.sizes.size
        counts = {"word": size, "letters": self.embed.output_size - size}
        if self.casing is not None:
            counts["casing"] = self.casing.embedding_dim
        return tuple(f"{part} {number}" for part, count in counts.items() for number in range(count))

    def states(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, output_size) the states of embedded words x (B, T, size) of sentences of `lengths` (B,)."""
        outputs, _ = self.recurrent(self.embedding_dropout(x), lengths)  # (B, T, features)
        states: Tensor = self.output_dropout(outputs)
        return states
