"""The tagging task: from a table of words to what a network reads, and from its scores to tags."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.ragged import Ragged
from hiddenstate.data.spans import mark_spans
from hiddenstate.data.tagged_table import TaggedTable, Tags, casing_of
from hiddenstate.data.text_batches import EncodedTexts, TextBatch, TextBatches
from hiddenstate.data.tokenizer import Tokenizer
from hiddenstate.data.tokens import folded_form
from hiddenstate.data.vectors import Coverage, Vectors
from hiddenstate.errors import BundleError
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.models.tag_head import TagHead
from hiddenstate.models.tagger import Tagger
from hiddenstate.records import Tagging
from hiddenstate.tasks.span_f1 import tagging_metrics
from hiddenstate.tasks.tag_set import TagSet
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.tasks.text_encoder import TextEncoder

PREDICTED_AT_ONCE = 64
LOSS_SHARE = 0.01
"""How much the loss counts beside the share of errors: it decides between epochs with the same errors."""


@final
class TagTask:
    """Which words get which tags; everything learnt from training rows except the network's weights.

    Made by `fit` or `from_dict`. Tables that mark spans come in BIO: see `tag_set.in_bio`.
    """

    def __init__(
        self,
        settings: TagSettings,
        network: TaggerSettings,
        encoder: TextEncoder,
        tags: TagSet,
        sizes: EmbedSizes,
    ) -> None:
        """Use `fit`."""
        self.settings = settings
        self.network = network
        self.encoder = encoder
        self.tags = tags
        self.sizes = sizes
        self.coverage: Coverage | None = None
        self.matrix: NDArray[np.float32] | None = None
        """Word vectors to begin with; None in a stored task, whose vectors are among the network's weights."""

    @classmethod
    def fit(
        cls,
        table: TaggedTable,
        settings: TagSettings,
        network: TaggerSettings,
        vectors: Sequence[Vectors] = (),
    ) -> Self:
        """Collect words, n-grams and tags of the training rows in `table`.

        Raises `InputError` without tags and with a single one.
        """
        tags = TagSet.fit(table.known_tags(), settings.scheme)
        tokenizer = Tokenizer(settings.tokens)
        encoder = TextEncoder.of_forms(tokenizer, _forms(table, settings), settings, network, vectors)
        sizes = encoder.sizes(network, sum(source.size for source in vectors) or None)
        task = cls(settings, network, encoder, tags, sizes)
        if vectors:
            task.matrix, task.coverage = encoder.matrix(vectors)
        return task

    def with_network(self, network: TaggerSettings) -> Self:
        """The same words and tags for another network; its embedding sizes stay."""
        other = type(self)(self.settings, network, self.encoder, self.tags, self.sizes)
        other.matrix, other.coverage = self.matrix, self.coverage
        return other

    def build_model(self) -> Tagger:
        """A network with fresh weights, from torch's global generator."""
        return Tagger(
            self.sizes,
            len(self.tags.names),
            self.network,
            may_follow=self.tags.may_follow if self.tags.spans else None,
            matrix=self.matrix,
        )

    def batches(self, table: TaggedTable, *, batch_size: int, seed: int | None = None) -> TextBatches:
        """The sentences for the trainer; without a seed each once, by length."""
        return TextBatches(self.encode(table), batch_size=batch_size, seed=seed)

    def encode(self, table: TaggedTable) -> EncodedTexts:
        """A table as numbers; tags never seen in training are -1."""
        words, forms, grams = self.encoder.encode(_forms(table, self.settings))
        casing = Ragged.of([[casing_of(word.form) for word in row] for row in table.words])
        tags = None if table.tags is None else self.tags.encode(table.tags)
        targets = np.zeros((len(table), 0), dtype=np.int64)
        return EncodedTexts(words, targets, forms, grams, casing, tags)

    def loss(self, model: nn.Module, batch: TextBatch) -> Tensor:
        """What training lowers: the mean loss of a word."""
        return tag_loss(model, batch, model(batch).scores)

    def validator(self, table: TaggedTable, *, batch_size: int = 256) -> Callable[[nn.Module], float]:
        """A function of the model: what ``settings.watch`` names, on `table`."""
        batches = self.batches(table, batch_size=batch_size)

        def validate(model: nn.Module) -> float:
            loss = mean_loss(model, batches, self.loss)
            if self.settings.watch == "loss":
                return loss
            return tag_error(self.predict([model], table)) + LOSS_SHARE * loss

        return validate

    def predict(
        self, models: Sequence[nn.Module], table: TaggedTable, *, batch_size: int = PREDICTED_AT_ONCE
    ) -> Tagging:
        """Tag the words, by the mean of the probabilities of `models`; the truth beside them where it is known."""
        numbers: list[Sequence[int]] = [()] * len(table)
        sure: list[NDArray[np.float32]] = [np.zeros(0, dtype=np.float32)] * len(table)
        for model in models:
            model.eval()
        with torch.no_grad():
            for batch in self.batches(table, batch_size=batch_size).epoch(1) if len(table) else ():
                scores = [model(batch).scores for model in models]
                best, probabilities = decoded([tag_head(model) for model in models], scores, batch.lengths)
                for place, row in enumerate(batch.rows.tolist()):
                    length = int(batch.lengths[place])
                    numbers[row] = best[place, :length].tolist()
                    sure[row] = probabilities[place, :length].float().numpy()
        return self.tagging(table, tuple(map(self.tags.decode, numbers)), tuple(sure))

    def tagging(
        self, table: TaggedTable, tags: Tags, sure: tuple[NDArray[np.float32], ...] | None = None
    ) -> Tagging:
        """Answers for the words of a table, as a record."""
        places = tuple(tuple((word.start, word.stop) for word in row) for row in table.words)
        return Tagging(table.texts, places, tags, self.tags.spans, sure, table.tags)

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        return {
            "encoder": self.encoder.to_dict(),
            "tags": self.tags.to_dict(),
            "vectors_size": self.sizes.size if self.sizes.from_file else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], settings: TagSettings, network: TaggerSettings) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        try:
            encoder = TextEncoder.from_dict(values["encoder"], settings)
            tags = TagSet.from_dict(values["tags"])
            sizes = encoder.sizes(network, values["vectors_size"])
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"encoders.json: expected a stored tagging task, got a damaged one ({error!r}). Train again."
            ) from None
        return cls(settings, network, encoder, tags, sizes)


def tag_head(model: nn.Module) -> TagHead:
    """The part of a network that scores tags."""
    head = model.head
    assert isinstance(head, TagHead)
    return head


def tag_loss(model: nn.Module, batch: TextBatch, scores: Tensor) -> Tensor:
    """The mean loss of a word of a batch with tags."""
    assert batch.tags is not None, "called with tagged tables only"
    return tag_head(model).loss(scores, batch.tags, batch.lengths)


def mean_loss(
    model: nn.Module, batches: TextBatches, loss: Callable[[nn.Module, TextBatch], Tensor]
) -> float:
    """The loss of a whole table, each batch by its number of rows."""
    total = rows = 0.0
    with torch.no_grad():
        for batch in batches.epoch(1):
            total += len(batch.rows) * float(loss(model, batch))
            rows += len(batch.rows)
    return total / max(rows, 1.0)


def tag_error(result: Tagging) -> float:
    """1 - F1 of spans, or the share of words with a wrong tag."""
    metrics = tagging_metrics(result)
    return 1.0 - metrics["span_f1" if result.marks_spans else "token_accuracy"]


def decoded(heads: Sequence[TagHead], scores: Sequence[Tensor], lengths: Tensor) -> tuple[Tensor, Tensor]:
    """(B, T) the best tags of one or several networks, and each one's probability."""
    logs = [head.log_probabilities(score, lengths) for head, score in zip(heads, scores, strict=True)]
    mean = torch.stack(logs).exp().mean(0)  # (B, T, K)
    if len(heads) == 1:
        best = heads[0].decode(scores[0], lengths)
    else:
        best = heads[0].best(mean.clamp(min=1e-12).log(), lengths)
    return best, mean.gather(2, best.clamp(min=0).unsqueeze(-1)).squeeze(-1)


def _forms(table: TaggedTable, settings: TagSettings) -> list[list[str]]:
    return [[folded_form(word.form, settings.tokens) for word in row] for row in table.words]


def marks_spans(table: TaggedTable) -> bool:
    """Whether the tags of a table mark spans."""
    return mark_spans(tag for row in table.known_tags() for tag in row)
