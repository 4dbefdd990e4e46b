"""One encoder for both questions: what is asked for (from the whole text), and which words fill which slot."""

from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.attention import PoolSizes
from hiddenstate.data.text_batches import TextBatch
from hiddenstate.layers import valid_steps
from hiddenstate.layers.crf import MayFollow
from hiddenstate.layers.dropout import check_share
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.heads import Heads
from hiddenstate.models.pool import build_pool
from hiddenstate.models.read_words import ReadWords, TaggerSettings
from hiddenstate.models.tag_head import TagHead


@dataclass(frozen=True, kw_only=True)
class IntentHeadSettings:
    """How the intent is read off the words' states; section ``[intent]`` of ``settings.toml``."""

    pool: str = "max+attention"
    """One of `TEXT_POOLS`."""
    attention: str = "additive"
    """The score of the pool's attention: "additive", "dot" or "general"."""
    dropout: float = 0.3
    """Share of the pooled features dropped in training."""

    def __post_init__(self) -> None:
        check_share("dropout", self.dropout)


class IntentOutput(NamedTuple):
    """What the network says about B texts."""

    scores: Tensor
    """(B, T, tags)"""
    logits: Tensor
    """(B, intents)"""
    attention: Tensor
    """(B, T) share of the pooled vector that comes from each word; 0 for padding."""


@final
class IntentSlots(nn.Module):
    """Reads a text and answers with logits of its intents and scores of its words' tags.

    Source: Liu and Lane (2016), "Attention-based recurrent neural network models for joint intent detection and
    slot filling", the bidirectional model of section 3.2.
    """

    def __init__(
        self,
        sizes: EmbedSizes,
        counts: tuple[int, int],
        settings: tuple[TaggerSettings, IntentHeadSettings],
        *,
        may_follow: MayFollow | None = None,
        matrix: NDArray[np.float32] | None = None,
    ) -> None:
        """`counts`: of tags and of intents."""
        super().__init__()
        network, intent = settings
        self.words = ReadWords(sizes, network, matrix)
        features = self.words.output_size
        self.head = TagHead(features, counts[0], network.output, may_follow)
        backward = features // 2 if network.bidirectional else 0
        self.pool, pooled = build_pool(intent.pool, intent.attention, PoolSizes(features, backward))
        self.dropout = nn.Dropout(intent.dropout)
        self.intents = Heads(pooled, (counts[1],))

    def forward(self, batch: TextBatch) -> IntentOutput:
        """Scores, logits and attention of a batch of texts."""
        return self.answer(self.words.inputs(batch), batch.lengths)

    def answer(self, x: Tensor, lengths: Tensor) -> IntentOutput:
        """The same from embedded words x (B, T, size), see `ReadWords.inputs`, of texts of `lengths` (B,)."""
        states = self.words.states(x, lengths)  # (B, T, features)
        mask = valid_steps(lengths, states.shape[1])
        context, weights = self.pool(states, mask)  # (B, pooled), (B, T)
        (logits,) = self.intents(self.dropout(context))
        return IntentOutput(self.head(states), logits, weights)
