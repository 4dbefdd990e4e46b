"""The tagger: words in their sentence -> a tag for each."""

from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.text_batches import TextBatch
from hiddenstate.layers.crf import MayFollow
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.read_words import ReadWords, TaggerSettings
from hiddenstate.models.tag_head import TagHead


class TagOutput(NamedTuple):
    """What the network says about B sentences."""

    scores: Tensor
    """(B, T, tags)"""


@final
class Tagger(nn.Module):
    """Reads a sentence and scores the tags of its words.

    `tags`: how many there are. `may_follow`: see `TagHead`. `matrix`: word vectors to begin with.
    Source: Huang, Xu and Yu (2015), "Bidirectional LSTM-CRF models for sequence tagging".
    """

    def __init__(
        self,
        sizes: EmbedSizes,
        tags: int,
        settings: TaggerSettings,
        *,
        may_follow: MayFollow | None = None,
        matrix: NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__()
        self.words = ReadWords(sizes, settings, matrix)
        self.head = TagHead(self.words.output_size, tags, settings.output, may_follow)

    def forward(self, batch: TextBatch) -> TagOutput:
        """Scores of a batch of sentences."""
        return TagOutput(self.head(self.words(batch)))
