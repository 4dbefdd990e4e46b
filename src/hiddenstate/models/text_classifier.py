"""The text classifier: embed -> dropout -> recurrent layers -> pool over the words -> dropout -> heads."""

from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.attention import PoolSizes
from hiddenstate.data.text_batches import TextBatch
from hiddenstate.errors import SettingsError
from hiddenstate.layers import DropoutSettings, Repeated, Stacked, valid_steps
from hiddenstate.layers.dropout import check_share
from hiddenstate.models.embed import Embed, EmbedSizes
from hiddenstate.models.heads import Heads
from hiddenstate.models.pool import build_pool
from hiddenstate.models.word_counts import WordCounts


@dataclass(frozen=True, kw_only=True)
class TextModelSettings:
    """The network; section ``[model]`` of ``settings.toml``."""

    cell: str = "lstm"
    """One of `CELLS`."""
    hidden_size: int = 128
    """Units of each layer and direction."""
    num_layers: int = 1
    bidirectional: bool = True
    """Each word is seen with all that stands before and after it."""
    pool: str = "max+attention"
    """One of `TEXT_POOLS`."""
    attention: str = "additive"
    """The score of the pool's attention: "additive", "dot" or "general"."""
    embedding_size: int = 100
    """Numbers of a word vector where no vectors file sets it."""
    fine_tune: bool = True
    """Whether training changes the vectors of a file; others always learn."""
    character_size: int = 0
    """Numbers of the features that a word gets from its letters; 0: none."""
    word_dropout: float = 0.0
    """Share of words that training takes for unknown ones."""
    embedding_dropout: float = 0.5
    """Share of the embedded words' numbers dropped in training."""
    between_layers_dropout: float = 0.0
    recurrent_dropout: float = 0.0
    """Share of the hidden state dropped between steps: the same units for a whole text."""
    zoneout: float = 0.0
    """Share of the state that stays as it is for a step, drawn anew for each word. Such a model is not exported."""
    output_dropout: float = 0.4
    """Share of the pooled features dropped in training."""
    word_pairs: bool = False
    """Beside the network, a linear answer from words and pairs of words; the mean of both logits is the answer."""

    def __post_init__(self) -> None:
        for name in ("hidden_size", "num_layers", "embedding_size"):
            if getattr(self, name) < 1:
                raise SettingsError(
                    f"{name}: expected 1 or more, got {getattr(self, name)}. Correct the value."
                )
        if self.character_size < 0:
            raise SettingsError(
                f"character_size: expected 0 or more, got {self.character_size}. Use 0 for none."
            )
        check_share("embedding_dropout", self.embedding_dropout)
        check_share("output_dropout", self.output_dropout)
        check_share("word_dropout", self.word_dropout)
        check_share("zoneout", self.zoneout)


class Output(NamedTuple):
    """What the network says about B texts."""

    logits: tuple[Tensor, ...]
    """(B, classes) for each level of the labels, coarse first."""
    attention: Tensor
    """(B, T) share of the pooled vector that comes from each word; 0 for padding."""
    apart: tuple[tuple[Tensor, ...], ...] = ()
    """The logits of the network and of the linear answer, where both make up `logits`: each learns by itself."""

    def beside(self, counted: tuple[Tensor, ...]) -> "Output":
        """The mean of these logits and those of the linear answer."""
        both = tuple((read + linear) / 2 for read, linear in zip(self.logits, counted, strict=True))
        return Output(both, self.attention, (self.logits, counted))


@final
class TextClassifier(nn.Module):
    """Reads a text word by word and answers with logits for each level of its labels.

    `classes`: how many at each level. `matrix`: word vectors to begin with, see `Embed`.
    `pairs`: how many pairs of words there are; with them a linear answer stands beside the network's.
    """

    def __init__(
        self,
        sizes: EmbedSizes,
        classes: tuple[int, ...],
        settings: TextModelSettings,
        matrix: NDArray[np.float32] | None = None,
        *,
        pairs: int | None = None,
    ) -> None:
        super().__init__()
        self.embed = Embed(
            sizes,
            matrix=matrix,
            fine_tune=settings.fine_tune or not sizes.from_file,
            word_dropout=settings.word_dropout,
        )
        self.embedding_dropout = nn.Dropout(settings.embedding_dropout)
        self.recurrent = Stacked(
            settings.cell,
            self.embed.output_size,
            hidden_size=settings.hidden_size,
            num_layers=settings.num_layers,
            bidirectional=settings.bidirectional,
            dropout=DropoutSettings(
                between_layers=settings.between_layers_dropout,
                recurrent=settings.recurrent_dropout,
                zoneout=settings.zoneout,
            ),
        )
        features = self.recurrent.output_size
        backward = features // 2 if settings.bidirectional else 0
        self.pool, pooled = build_pool(settings.pool, settings.attention, PoolSizes(features, backward))
        self.output_dropout = nn.Dropout(settings.output_dropout)
        self.heads = Heads(pooled, classes)
        self.counts = WordCounts(sizes.words, pairs, classes) if pairs is not None else None

    def forward(self, batch: TextBatch) -> Output:
        """Logits and attention of a batch of texts."""
        if self.training and self.embedding_dropout.p > 0:
            output = self.answer(self.embed(batch), batch.lengths)
        else:
            # Dropout makes each occurrence of a word another input; without it each word is multiplied once.
            output = self._read(self.embed.distinct(batch), batch.lengths)
        if self.counts is None or batch.pairs is None:
            return output
        return output.beside(self.counts(batch.words, batch.pairs, batch.lengths))

    def answer(self, x: Tensor, lengths: Tensor) -> Output:
        """The network's own answer from embedded words x (B, T, size) of texts of `lengths` (B,)."""
        return self._read(self.embedding_dropout(x), lengths)

    def _read(self, x: Tensor | Repeated, lengths: Tensor) -> Output:
        outputs, _ = self.recurrent(x, lengths)  # (B, T, features)
        mask = valid_steps(lengths, outputs.shape[1])  # (B, T)
        context, weights = self.pool(outputs, mask)  # (B, pooled), (B, T)
        return Output(self.heads(self.output_dropout(context)), weights)
