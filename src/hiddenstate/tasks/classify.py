"""The classification task: from a table of texts to what a network reads, and from its logits to labels."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.labels import Labels
from hiddenstate.data.text_batches import EncodedTexts, TextBatch, TextBatches
from hiddenstate.data.text_table import TextTable
from hiddenstate.data.tokenizer import Tokenizer
from hiddenstate.data.vectors import Coverage, Vectors
from hiddenstate.errors import BundleError
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.text_classifier import TextClassifier, TextModelSettings
from hiddenstate.records import Classification
from hiddenstate.tasks.class_loss import class_weights, level_loss
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.tasks.temperature import fit_temperature, soften
from hiddenstate.tasks.text_encoder import TextEncoder
from hiddenstate.tasks.threshold import decide, fit_threshold

PREDICTED_AT_ONCE = 64


@final
class ClassifyTask:
    """Which texts get which labels; everything learnt from training rows except the network's weights.

    Made by `fit` or `from_dict`. A stored task works without the files it was trained on: vectors are
    among the network's weights.
    """

    def __init__(
        self,
        settings: ClassifySettings,
        network: TextModelSettings,
        encoder: TextEncoder,
        labels: Labels,
        sizes: EmbedSizes,
    ) -> None:
        """Use `fit`."""
        self.settings = settings
        self.network = network
        self.encoder = encoder
        self.labels = labels
        self.sizes = sizes
        self.coverage: Coverage | None = None
        self.temperature = 1.0
        self.threshold: float | None = None
        """Probability below which the answer is "none of these"; None: always a class."""
        self.notes: tuple[str, ...] = labels.notes
        self._matrix: NDArray[np.float32] | None = None
        self._weights: list[Tensor | None] = [None] * len(labels.levels)

    @classmethod
    def fit(
        cls,
        table: TextTable,
        settings: ClassifySettings,
        network: TextModelSettings,
        vectors: Sequence[Vectors] = (),
    ) -> Self:
        """Collect words, n-grams and classes of the training rows in `table`.

        `vectors` from `data.vectors.read_vectors`; several stand side by side. A word that training never
        shows keeps its vector, so at prediction it is not unknown.
        Raises `InputError` without labels and with a single class.
        """
        learnt = _without_none(table, settings.none_label)
        labels = Labels.fit(learnt.known_labels(), settings.labels)
        encoder = TextEncoder.fit(learnt, settings, network, vectors, word_pairs=network.word_pairs)
        sizes = encoder.sizes(network, sum(source.size for source in vectors) or None)
        task = cls(settings, network, encoder, labels, sizes)
        if vectors:
            task._matrix, task.coverage = encoder.matrix(vectors)
        if settings.class_weights == "balanced":
            task._weights = class_weights(labels, labels.encode(learnt.known_labels()))
        task.notes += _cut_texts(learnt, encoder.tokenizer)
        return task

    def with_network(self, network: TextModelSettings) -> Self:
        """The same task for another network that reads the same words and letters."""
        other = copy.copy(self)
        other.network = network
        return other

    @property
    def vocabulary_size(self) -> int:
        """Words of the training text that the network knows."""
        return len(self.encoder.vocabulary)

    def build_model(self) -> TextClassifier:
        """A network with fresh weights, from torch's global generator."""
        classes = tuple(len(names) for names in self.labels.levels)
        pairs = len(self.encoder.pairs) if self.encoder.pairs and self.network.word_pairs else None
        return TextClassifier(self.sizes, classes, self.network, self._matrix, pairs=pairs)

    def batches(self, table: TextTable, *, batch_size: int, seed: int | None = None) -> TextBatches:
        """The texts for the trainer; without a seed each once, by length. Rows of "none" are left out in training."""
        if seed is not None:
            table = _without_none(table, self.settings.none_label)
        return TextBatches(self.encode(table), batch_size=batch_size, seed=seed)

    def encode(self, table: TextTable) -> EncodedTexts:
        """A table as numbers; labels never seen in training are -1."""
        cut = self.encoder.forms(table.texts)
        words, forms, grams = self.encoder.encode(cut)
        pairs = self.encoder.pairs.encode(cut) if self.encoder.pairs else None
        if table.labels is None:
            columns = len(self.labels.names) if self.labels.multi else len(self.labels.levels)
            targets = np.full((len(table), columns), -1, dtype=np.int64)
        else:
            targets = self.labels.encode(table.labels)
        return EncodedTexts(words, targets, forms, grams, pairs=pairs)

    def loss(self, model: nn.Module, batch: TextBatch) -> Tensor:
        """What training lowers: the finest level's cross entropy, and `coarse_weight` of each coarser one's."""
        output = model(batch)
        if output.apart and model.training:
            return torch.stack([self._loss(model, batch, logits) for logits in output.apart]).sum()
        return self._loss(model, batch, output.logits)

    def _loss(self, model: nn.Module, batch: TextBatch, logits: tuple[Tensor, ...]) -> Tensor:
        if self.labels.multi:
            return level_loss(logits[0], batch.targets, self._weights[0], multi=True)
        total: Tensor = logits[0].new_zeros(())
        for level, (answer, weights) in enumerate(zip(logits, self._weights, strict=True)):
            share = 1.0 if level == len(logits) - 1 else self.settings.coarse_weight
            smoothing = self.settings.label_smoothing if model.training else 0.0
            total = total + share * level_loss(answer, batch.targets[:, level], weights, smoothing=smoothing)
        return total

    def validator(self, table: TextTable, *, batch_size: int = 256) -> Callable[[nn.Module], float]:
        """A function of the model: the finest level's log loss on `table`, or its share of wrong answers."""
        known = _without_none(table, self.settings.none_label)
        batches = list(self.batches(known, batch_size=batch_size).epoch(1))

        def validate(model: nn.Module) -> float:
            total = rows = 0.0
            with torch.no_grad():
                for batch in batches:
                    logits = model(batch).logits[-1]
                    truth = batch.targets if self.labels.multi else batch.targets[:, -1]
                    seen = truth >= 0 if truth.ndim == 1 else torch.ones(len(truth), dtype=torch.bool)
                    count = float(seen.sum())
                    if count:
                        total += count * self._validation(logits[seen], truth[seen])
                    rows += count
            return total / max(rows, 1.0)

        return validate

    def _validation(self, logits: Tensor, truth: Tensor) -> float:
        if self.settings.watch == "loss":
            return float(level_loss(logits, truth, None, multi=self.labels.multi))
        answer = (logits > 0).long() if self.labels.multi else logits.argmax(-1)
        # A hundredth of the loss decides between epochs with the same number of wrong answers.
        return float((answer != truth).double().mean()) + 0.01 * float(
            level_loss(logits, truth, None, multi=self.labels.multi)
        )

    def predict(
        self, models: Sequence[nn.Module], table: TextTable, *, batch_size: int = PREDICTED_AT_ONCE
    ) -> Classification:
        """Label the texts at the finest level: probabilities averaged over `models`, calibrated where
        `calibrate` was called, with the words that they looked at; the truth beside them where it is known.
        """
        return self.predict_levels(models, table, batch_size=batch_size)[-1]

    def predict_levels(
        self, models: Sequence[nn.Module], table: TextTable, *, batch_size: int = PREDICTED_AT_ONCE
    ) -> tuple[Classification, ...]:
        """As `predict`, for each level of the labels, coarse first."""
        encoded = self.encode(table)
        probabilities, weights = self._outputs(models, encoded, batch_size)
        tokens = [self.encoder.tokenizer.cut(text) for text in table.texts]
        pieces = tuple(
            tuple(text[token.start : token.stop] for token in row)
            for text, row in zip(table.texts, tokens, strict=True)
        )
        levels = []
        for level, names in enumerate(self.labels.levels):
            softened = soften(probabilities[level], self.temperature, multi_label=self.labels.multi)
            truth: NDArray[Any] | None = None
            if table.labels is not None:
                truth = encoded.targets.astype(bool) if self.labels.multi else encoded.targets[:, level]
            levels.append(
                Classification(
                    labels=names,
                    probabilities=softened,
                    predicted=decide(
                        softened,
                        self.threshold if level == len(self.labels.levels) - 1 else None,
                        multi_label=self.labels.multi,
                    ),
                    texts=table.texts,
                    tokens=pieces,
                    weights=weights,
                    truth=truth,
                    multi_label=self.labels.multi,
                )
            )
        return tuple(levels)

    def _outputs(
        self, models: Sequence[nn.Module], encoded: EncodedTexts, batch_size: int
    ) -> tuple[list[NDArray[np.float64]], tuple[NDArray[np.float32], ...]]:
        """Mean probabilities (n, k) of each level and the mean attention of each text's words."""
        count = len(encoded.words)
        results = [np.zeros((count, len(names))) for names in self.labels.levels]
        weights = [np.zeros(0, dtype=np.float32)] * count
        for model in models:
            model.eval()
        if not count:
            return results, ()
        lengths = encoded.words.lengths
        squash = torch.sigmoid if self.labels.multi else lambda logits: torch.softmax(logits, dim=-1)
        with torch.no_grad():
            for batch in TextBatches(encoded, batch_size=batch_size).epoch(1):
                rows = batch.rows.numpy()
                outputs = [model(batch) for model in models]
                for level, result in enumerate(results):
                    answers = [squash(output.logits[level].double()).numpy() for output in outputs]
                    result[rows] = np.mean(answers, axis=0)
                attention = np.mean([output.attention.numpy() for output in outputs], axis=0)
                for place, row in enumerate(rows):
                    weights[row] = attention[place, : lengths[row]].astype(np.float32)
        return results, tuple(weights)

    def calibrate(self, models: Sequence[nn.Module], table: TextTable) -> None:
        """Learn, on rows that the models were not fitted on, the temperature and the "none of these" threshold."""
        self.temperature, self.threshold = 1.0, None
        labels = table.known_labels()
        result = self.predict(models, table)
        truth = np.asarray(result.truth)
        known = truth >= 0 if truth.ndim == 1 else np.ones(len(truth), dtype=bool)
        self.temperature = fit_temperature(
            result.probabilities[known], truth[known].astype(np.int64), multi_label=self.labels.multi
        )
        if self.labels.multi:
            return
        softened = soften(result.probabilities, self.temperature)
        outside = np.array([label.strip() == self.settings.none_label for label in labels])
        self.threshold = fit_threshold(softened, truth, outside, self.settings.none_share)

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        return {
            "encoder": self.encoder.to_dict(),
            "labels": self.labels.to_dict(),
            "vectors_size": self.sizes.size if self.sizes.from_file else None,
            "temperature": self.temperature,
            "threshold": self.threshold,
        }

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], settings: ClassifySettings, network: TextModelSettings
    ) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        try:
            encoder = TextEncoder.from_dict(values["encoder"], settings)
            labels = Labels.from_dict(values["labels"], settings.labels)
            sizes = encoder.sizes(network, values["vectors_size"])
            temperature, threshold = float(values["temperature"]), values["threshold"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"encoders.json: expected a stored classification task, got a damaged one ({error!r}). Train again."
            ) from None
        task = cls(settings, network, encoder, labels, sizes)
        task.temperature, task.threshold = temperature, threshold
        return task


def _without_none(table: TextTable, none_label: str | None) -> TextTable:
    """The rows that belong to a class."""
    if none_label is None or table.labels is None:
        return table
    return table.take([row for row, label in enumerate(table.labels) if label.strip() != none_label])


def _cut_texts(table: TextTable, tokenizer: Tokenizer) -> tuple[str, ...]:
    """A note where texts are longer than what is read of them."""
    longest = tokenizer.settings.longest
    if longest is None:
        return ()
    # A token takes at least one character: most texts need no count.
    cut = sum(len(tokenizer.cut(text)) >= longest for text in table.texts if len(text) > longest)
    return (f"{cut} text(s) were cut after {longest:,} tokens (tokens.longest)",) if cut else ()
