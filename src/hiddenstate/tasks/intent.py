"""The task of commands: the intent of a text and the slots that its words fill, from one network."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.labels import Labels, LabelSettings
from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.data.text_batches import EncodedTexts, TextBatch, TextBatches
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import BundleError
from hiddenstate.models.intent_slots import IntentHeadSettings, IntentSlots
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.records import Classification, Commands, Tagging
from hiddenstate.tasks.class_loss import level_loss
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.span_f1 import right_words, tagging_metrics
from hiddenstate.tasks.tag import (
    LOSS_SHARE,
    PREDICTED_AT_ONCE,
    TagTask,
    decoded,
    mean_loss,
    tag_error,
    tag_head,
    tag_loss,
)
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.tasks.temperature import fit_temperature, soften
from hiddenstate.tasks.threshold import fit_threshold


@final
class IntentTask:
    """What is asked for, and with which values; made by `fit` or `from_dict`.

    The words and their tags are those of a `TagTask`; beside them stand the names of the intents.
    """

    def __init__(
        self, words: TagTask, labels: Labels, settings: IntentSettings, head: IntentHeadSettings
    ) -> None:
        """Use `fit`."""
        self.words = words
        self.labels = labels
        self.settings = settings
        self.head = head
        self.temperature = 1.0
        self.threshold: float | None = None
        """Probability below which the answer is "none of these"; None: always an intent."""

    @classmethod
    def fit(
        cls,
        table: TaggedTable,
        settings: tuple[TagSettings, IntentSettings],
        network: tuple[TaggerSettings, IntentHeadSettings],
        vectors: Sequence[Vectors] = (),
    ) -> Self:
        """Collect words, tags and intents of the training rows. Raises `InputError` with a single intent."""
        learnt = without_none(table, settings[1])
        labels = Labels.fit(first_intents(learnt, settings[1]))
        return cls(TagTask.fit(learnt, settings[0], network[0], vectors), labels, settings[1], network[1])

    def with_network(self, network: tuple[TaggerSettings, IntentHeadSettings]) -> Self:
        """The same words, tags and intents for another network; its embedding sizes stay."""
        return type(self)(self.words.with_network(network[0]), self.labels, self.settings, network[1])

    def build_model(self) -> IntentSlots:
        """A network with fresh weights, from torch's global generator."""
        words = self.words
        return IntentSlots(
            words.sizes,
            (len(words.tags.names), len(self.labels.names)),
            (words.network, self.head),
            may_follow=words.tags.may_follow if words.tags.spans else None,
            matrix=words.matrix,
        )

    def batches(self, table: TaggedTable, *, batch_size: int, seed: int | None = None) -> TextBatches:
        """The texts for the trainer; without a seed each once, by length."""
        if seed is not None:
            table = without_none(table, self.settings)
        return TextBatches(self.encode(table), batch_size=batch_size, seed=seed)

    def encode(self, table: TaggedTable) -> EncodedTexts:
        """A table as numbers; tags and intents never seen in training are -1."""
        encoded = self.words.encode(table)
        if table.intents is None:
            return replace(encoded, targets=np.full((len(table), 1), -1, dtype=np.int64))
        return replace(encoded, targets=self.labels.encode(first_intents(table, self.settings)))

    def loss(self, model: nn.Module, batch: TextBatch) -> Tensor:
        """What training lowers: the loss of the intent and that of the words, by their shares."""
        output = model(batch)
        intent = level_loss(output.logits, batch.targets[:, 0], None)
        slots = tag_loss(model, batch, output.scores)
        return self.settings.share * intent + (1.0 - self.settings.share) * slots

    def validator(self, table: TaggedTable, *, batch_size: int = 256) -> Callable[[nn.Module], float]:
        """A function of the model: the mean of both shares of errors on `table`, or the loss."""
        known = without_none(table, self.settings)
        batches = self.batches(known, batch_size=batch_size)

        def validate(model: nn.Module) -> float:
            loss = mean_loss(model, batches, self.loss)
            if self.words.settings.watch == "loss":
                return loss
            result = self.predict([model], known)
            share = self.settings.share
            wrong = 1.0 - intent_accuracy(result)
            return share * wrong + (1.0 - share) * tag_error(result.slots) + LOSS_SHARE * loss

        return validate

    def predict(
        self, models: Sequence[nn.Module], table: TaggedTable, *, batch_size: int = PREDICTED_AT_ONCE
    ) -> Commands:
        """Intent and slots of each text, by the mean of the probabilities of `models`."""
        count = len(table)
        probabilities = np.zeros((count, len(self.labels.names)))
        numbers: list[Sequence[int]] = [()] * count
        sure = [np.zeros(0, dtype=np.float32)] * count
        weights = [np.zeros(0, dtype=np.float32)] * count
        for model in models:
            model.eval()
        with torch.no_grad():
            for batch in self.batches(table, batch_size=batch_size).epoch(1) if count else ():
                outputs = [model(batch) for model in models]
                heads, scores = [tag_head(model) for model in models], [output.scores for output in outputs]
                best, chances = decoded(heads, scores, batch.lengths)
                logits = torch.stack([output.logits for output in outputs]).double()
                probabilities[batch.rows.numpy()] = torch.softmax(logits, dim=-1).mean(0).numpy()
                attention = torch.stack([output.attention for output in outputs]).mean(0)
                for place, row in enumerate(batch.rows.tolist()):
                    length = int(batch.lengths[place])
                    numbers[row] = best[place, :length].tolist()
                    sure[row] = chances[place, :length].float().numpy()
                    weights[row] = attention[place, :length].float().numpy()
        slots = self.words.tagging(table, tuple(map(self.words.tags.decode, numbers)), tuple(sure))
        softened = soften(probabilities, self.temperature)
        return self.commands(table, slots, softened, tuple(weights))

    def commands(
        self,
        table: TaggedTable,
        slots: Tagging,
        probabilities: NDArray[np.float64],
        weights: tuple[NDArray[np.float32], ...],
    ) -> Commands:
        """Answers for a table as a record."""
        answer: NDArray[np.int64] = probabilities.argmax(axis=1)
        if self.threshold is not None:
            answer = np.where(probabilities.max(axis=1) < self.threshold, -1, answer)
        pieces = tuple(tuple(word.form for word in row) for row in table.words)
        truth = None
        every: tuple[tuple[str, ...], ...] | None = None
        if table.intents is not None:
            truth = self.labels.encode(first_intents(table, self.settings))[:, 0]
            every = tuple(self.right_intents(intent) for intent in table.intents)
        intents = Classification(
            self.labels.names, probabilities, answer, table.texts, pieces, weights, truth
        )
        return Commands(slots, intents, every)

    def right_intents(self, intent: str) -> tuple[str, ...]:
        """Every answer that counts as right for a text; "" is "none of these"."""
        if intent == self.settings.none_label:
            return ("",)
        return tuple(part.strip() for part in _parts(intent, self.settings))

    def calibrate(self, models: Sequence[nn.Module], table: TaggedTable) -> None:
        """Learn, on rows that the models were not fitted on, the temperature and the "none of these" threshold."""
        self.temperature, self.threshold = 1.0, None
        result = self.predict(models, table).intents
        truth = np.asarray(result.truth)
        known = truth >= 0
        if not known.any():
            return
        self.temperature = fit_temperature(result.probabilities[known], truth[known].astype(np.int64))
        softened = soften(result.probabilities, self.temperature)
        outside = np.array([intent == self.settings.none_label for intent in table.known_intents()])
        self.threshold = fit_threshold(softened, truth, outside, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        return {
            "words": self.words.to_dict(),
            "labels": self.labels.to_dict(),
            "temperature": self.temperature,
            "threshold": self.threshold,
        }

    @classmethod
    def from_dict(
        cls,
        values: Mapping[str, Any],
        settings: tuple[TagSettings, IntentSettings],
        network: tuple[TaggerSettings, IntentHeadSettings],
    ) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        try:
            words = TagTask.from_dict(values["words"], settings[0], network[0])
            labels = Labels.from_dict(values["labels"], LabelSettings())
            temperature, threshold = float(values["temperature"]), values["threshold"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"encoders.json: expected a stored task of intents, got a damaged one ({error!r}). Train again."
            ) from None
        task = cls(words, labels, settings[1], network[1])
        task.temperature, task.threshold = temperature, threshold
        return task


def first_intents(table: TaggedTable, settings: IntentSettings) -> list[str]:
    """The intent of each text that is learnt: the first of several."""
    return [_parts(intent, settings)[0] for intent in table.known_intents()]


def without_none(table: TaggedTable, settings: IntentSettings) -> TaggedTable:
    """The rows that ask for something known."""
    if settings.none_label is None or table.intents is None:
        return table
    return table.take([row for row, intent in enumerate(table.intents) if intent != settings.none_label])


def right_answers(result: Commands) -> NDArray[np.bool_]:
    """(n,) whether the intent is one of those that count as right."""
    truth = result.truth or ()
    return np.array([own in every for own, every in zip(result.named(), truth, strict=True)], dtype=bool)


def intent_accuracy(result: Commands) -> float:
    """Share of the texts whose intent is one of those that count as right."""
    return float(right_answers(result).mean()) if len(result.slots.texts) else 0.0


def command_metrics(result: Commands) -> dict[str, float]:
    """``slot_f1``, ``intent_accuracy`` and ``command_accuracy``: texts with the intent and all slots right.

    Raises `ShapeError` for a result without truth.
    """
    slots = tagging_metrics(result.slots)
    right, total = right_words(result.slots)
    whole = right_answers(result) & (right == total)
    return {
        "slot_f1": slots.get("span_f1", slots["token_accuracy"]),
        "intent_accuracy": intent_accuracy(result),
        "command_accuracy": float(whole.mean()) if len(whole) else 0.0,
        "token_accuracy": slots["token_accuracy"],
    }


def _parts(intent: str, settings: IntentSettings) -> list[str]:
    return intent.split(settings.separator) if settings.separator else [intent]
