"""One text, ready to be tagged again with parts of it changed."""

from collections.abc import Sequence
from copy import deepcopy
from typing import NamedTuple, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.tagged_table import table_of_texts
from hiddenstate.data.text_batches import TextBatch, TextBatches
from hiddenstate.errors import InspectionError
from hiddenstate.models.intent_slots import IntentSlots
from hiddenstate.models.tagger import Tagger
from hiddenstate.tasks.tag import TagTask, decoded


class Tagged(NamedTuple):
    """What networks say about the T words of one text; K tags."""

    best: NDArray[np.int64]
    """(T,) the number of each word's tag."""
    chances: NDArray[np.float64]
    """(T, K) the probability of every tag, as the network writes them."""

    @property
    def sure(self) -> NDArray[np.float64]:
        """(T,) the probability of each word's own tag."""
        return self.chances[np.arange(len(self.best)), self.best]


@final
class TagReader:
    """The words of a text as vectors, and the tags that several networks give them, averaged as in prediction.

    Reads taggers and models of commands, whose task of words is `IntentTask.words`. Use it in evaluation mode.
    Raises `InspectionError` for another kind of network.
    """

    def __init__(self, task: TagTask, models: Sequence[nn.Module], text: str) -> None:
        self.models = [model for model in models if isinstance(model, Tagger | IntentSlots)]
        if not models or len(self.models) != len(models):
            kinds = ", ".join(type(model).__name__ for model in models) or "none"
            raise InspectionError(
                f"models: expected the networks of a tagger, got {kinds}. For a module of your own use `evidence`."
            )
        self.task = task
        table = table_of_texts([text], task.settings.tokens)
        self.tokens = tuple(word.form for word in table.words[0])
        self.batch: TextBatch = next(TextBatches(task.encode(table), batch_size=1).epoch(1))
        self.lengths = self.batch.lengths
        # Double precision: a probability of a CRF is the difference of two large sums.
        self.heads = [deepcopy(model.head).double() for model in self.models]
        with torch.no_grad():
            parts = [model.words.inputs(self.batch)[0] for model in self.models]
        self.widths = [part.shape[-1] for part in parts]
        self.x = torch.cat(parts, dim=-1)
        """(T, sum of the networks' sizes): each network has vectors of its own."""

    def tagged(self) -> Tagged:
        """The tags of the text as it is."""
        with torch.no_grad():
            scores = self.scores(self.x[None], self.lengths)
            best, _ = decoded(self.heads, scores, self.lengths)
            logs = [
                head.log_probabilities(score, self.lengths)
                for head, score in zip(self.heads, scores, strict=True)
            ]
        chances = torch.stack(logs).exp().mean(dim=0)[0]  # (T, K)
        return Tagged(best[0].numpy(), chances.numpy())

    def chance(self, x: Tensor, *, word: int, tag: int) -> Tensor:
        """(B,) the probability of a tag at a word, both from 0, of embedded words (B, T, size); with a gradient."""
        lengths = self.lengths.expand(len(x))
        each = [
            head.chance(score, lengths, word=word, tag=tag)
            for head, score in zip(self.heads, self.scores(x, lengths), strict=True)
        ]
        return torch.stack(each).mean(dim=0)

    def scores(self, x: Tensor, lengths: Tensor) -> list[Tensor]:
        """(B, T, K) of each network."""
        found: list[Tensor] = []
        for model, head, part in zip(
            self.models, self.heads, torch.split(x, self.widths, dim=-1), strict=True
        ):
            found.append(head(model.words.states(part, lengths).double()))
        return found

    def place_of(self, word: int | None) -> int:
        """From 0: the word of that number, from 1, or without one the word whose tag is least sure.

        Raises `InspectionError` for a number that no word has.
        """
        if word is None:
            return int(self.tagged().sure.argmin()) if self.tokens else 0
        if not 1 <= word <= len(self.tokens):
            valid = f"1 to {len(self.tokens)}" if self.tokens else "a text with words"
            raise InspectionError(f"word: expected {valid}, got {word}. Words count from 1.")
        return word - 1
