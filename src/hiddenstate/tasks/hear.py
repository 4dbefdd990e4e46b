"""The task of hearing classes: from recordings to what a network reads, and from its logits to labels."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.labels import Labels, LabelSettings
from hiddenstate.data.sound import Frames, Preparation
from hiddenstate.data.sound.augment import AugmentSettings
from hiddenstate.data.sound.batches import Preparing, SoundBatch, SoundBatches, Varying
from hiddenstate.data.sound.features import check_features
from hiddenstate.data.sound.recordings import Recordings, loudness
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import BundleError
from hiddenstate.models.hearing import HearingNetwork, HearingSettings
from hiddenstate.records import Classification
from hiddenstate.tasks.class_loss import class_weights, level_loss
from hiddenstate.tasks.hear_settings import HearSettings
from hiddenstate.tasks.temperature import fit_temperature, soften
from hiddenstate.tasks.threshold import decide, fit_threshold

PREDICTED_AT_ONCE = 64


@final
class HearTask:
    """Which sounds get which labels; everything learnt from training recordings except the network's weights.

    Tables hold files as their texts. Made by `fit` or `from_dict`.
    """

    def __init__(
        self,
        settings: HearSettings,
        network: HearingSettings,
        labels: Labels,
        preparation: Preparation,
        quietest: float | None,
        longest: int,
    ) -> None:
        """Use `fit`. `quietest`: level of the loudest frame of the quietest training recording, None for cepstra;
        `longest`: frames of the longest one.
        """
        self.settings = settings
        self.network = network
        self.labels = labels
        self.preparation = preparation
        self.quietest = quietest
        self.longest = longest
        self.temperature = 1.0
        self.threshold: float | None = None
        self.notes = labels.notes
        self._weights: Tensor | None = None

    @classmethod
    def fit(
        cls, table: TextTable, recordings: Recordings, settings: HearSettings, network: HearingSettings
    ) -> Self:
        """Collect classes and figures of the training recordings. Raises `InputError` for fewer than two classes."""
        learnt = without_none(table, settings.none_label)
        labels = Labels.fit(learnt.known_labels())
        frames = [recordings.frames(file) for file in learnt.texts]
        check_features(learnt.texts, frames)
        level = None
        count = 0
        if log_mel(recordings, learnt.texts):
            level = min(loudness(each) for each in frames)
            count = min(settings.cepstra, recordings.frontend.bands)
        preparation = Preparation.fit(frames, settings.standardise, count)
        task = cls(settings, network, labels, preparation, level, max(map(len, frames)))
        if settings.class_weights == "balanced":
            task._weights = class_weights(labels, labels.encode(learnt.known_labels()))[0]
        return task

    def with_network(self, network: HearingSettings) -> Self:
        """The same task for another network that looks at as many frames at once."""
        other = copy.copy(self)
        other.network = network
        return other

    @property
    def preparing(self) -> Preparing:
        """How frames become what the network reads."""
        return Preparing(self.preparation, self.network.context, self.network.stride)

    def build_model(self) -> HearingNetwork:
        """A network with fresh weights, from torch's global generator."""
        return HearingNetwork(self.preparation.features, len(self.labels.names), self.network)

    def training_batches(
        self,
        table: TextTable,
        recordings: Recordings,
        augment: AugmentSettings,
        *,
        batch_size: int,
        seed: int,
        noise: tuple[Frames, ...] = (),
    ) -> SoundBatches:
        """The recordings for the trainer, varied anew in each epoch; rows of "none" are left out."""
        learnt = without_none(table, self.settings.none_label)
        copies = [[recordings.frames(file, speed=speed) for speed in augment.speeds] for file in learnt.texts]
        varying = Varying(augment, seed, log_mel(recordings, learnt.texts), noise)
        targets = self.labels.encode(learnt.known_labels())[:, 0]
        return SoundBatches(copies, targets, self.preparing, batch_size=batch_size, varying=varying)

    def batches(self, table: TextTable, recordings: Recordings, *, batch_size: int) -> SoundBatches:
        """The recordings as they are, each once, by length; without labels their targets are -1."""
        frames = [recordings.frames(file) for file in table.texts]
        check_features(table.texts, frames, expected=self.preparation.read)
        targets = np.full(len(table), -1, dtype=np.int64)
        if table.labels is not None:
            targets = self.labels.encode(table.labels)[:, 0]
        return SoundBatches([[each] for each in frames], targets, self.preparing, batch_size=batch_size)

    def loss(self, model: nn.Module, batch: SoundBatch) -> Tensor:
        """What training lowers: cross entropy."""
        smoothing = self.settings.label_smoothing if model.training else 0.0
        logits = model(batch.frames, batch.lengths).logits
        return level_loss(logits, batch.targets, self._weights, smoothing=smoothing)

    def validator(self, table: TextTable, recordings: Recordings) -> Callable[[nn.Module], float]:
        """A function of the model: its log loss on `table`."""
        known = without_none(table, self.settings.none_label)
        batches = list(self.batches(known, recordings, batch_size=256).epoch(1))

        def validate(model: nn.Module) -> float:
            total = count = 0.0
            for batch in batches:
                logits = model(batch.frames, batch.lengths).logits
                seen = int((batch.targets >= 0).sum())
                total += seen * float(level_loss(logits, batch.targets, None))
                count += seen
            return total / max(count, 1.0)

        return validate

    def predict(
        self, models: Sequence[nn.Module], table: TextTable, recordings: Recordings
    ) -> Classification:
        """Label the recordings: probabilities averaged over `models`, and the steps that they looked at."""
        count = len(table)
        probabilities = np.zeros((count, len(self.labels.names)))
        weights = [np.zeros(0, dtype=np.float32)] * count
        truth = None if table.labels is None else self.labels.encode(table.labels)[:, 0]
        batches = self.batches(table, recordings, batch_size=PREDICTED_AT_ONCE).epoch(1) if count else ()
        with torch.no_grad():
            for batch in batches:
                heard = [model.eval()(batch.frames, batch.lengths) for model in models]
                rows = batch.rows.numpy()
                answers = [torch.softmax(each.logits.double(), dim=-1).numpy() for each in heard]
                probabilities[rows] = np.mean(answers, axis=0)
                attention = np.mean([each.attention.numpy() for each in heard], axis=0)
                for place, row in enumerate(rows):
                    weights[row] = attention[place, : int(batch.lengths[place])].astype(np.float32)
        softened = soften(probabilities, self.temperature)
        predicted = decide(softened, self.threshold)
        predicted[self._silent(table, recordings)] = -1
        return Classification(
            labels=self.labels.names,
            probabilities=softened,
            predicted=predicted,
            texts=table.texts,
            tokens=((),) * count,
            weights=tuple(weights),
            truth=truth,
        )

    def calibrate(self, models: Sequence[nn.Module], table: TextTable, recordings: Recordings) -> None:
        """Learn, on recordings that the models were not fitted on, temperature and threshold of "none of these"."""
        self.temperature, self.threshold = 1.0, None
        result = self.predict(models, table, recordings)
        truth = np.asarray(result.truth)
        known = truth >= 0
        self.temperature = fit_temperature(result.probabilities[known], truth[known])
        outside = np.array([label.strip() == self.settings.none_label for label in table.known_labels()])
        softened = soften(result.probabilities, self.temperature)
        self.threshold = fit_threshold(softened, truth, outside, self.settings.none_share)

    def _silent(self, table: TextTable, recordings: Recordings) -> NDArray[np.bool_]:
        """(n,) whether a recording is far quieter than any that was learnt from."""
        if self.quietest is None:
            return np.zeros(len(table), dtype=bool)
        least = self.quietest - self.settings.silence_db * np.log(10) / 10
        return np.array([loudness(recordings.frames(file)) < least for file in table.texts], dtype=bool)

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        return {
            "labels": self.labels.to_dict(),
            "preparation": self.preparation.to_dict(),
            "quietest": self.quietest,
            "longest": self.longest,
            "temperature": self.temperature,
            "threshold": self.threshold,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], settings: HearSettings, network: HearingSettings) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        try:
            labels = Labels.from_dict(values["labels"], LabelSettings())
            preparation = Preparation.from_dict(values["preparation"])
            task = cls(settings, network, labels, preparation, values["quietest"], int(values["longest"]))
            task.temperature, task.threshold = float(values["temperature"]), values["threshold"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"encoders.json: expected a stored hearing task, got a damaged one ({error!r}). Train again."
            ) from None
        return task


def without_none(table: TextTable, none_label: str | None) -> TextTable:
    """The rows that belong to a class."""
    if none_label is None or table.labels is None:
        return table
    return table.take([row for row, label in enumerate(table.labels) if label.strip() != none_label])


def log_mel(recordings: Recordings, files: Sequence[str]) -> bool:
    """Whether frames are log-mel energies: of sound files, by that kind of front end."""
    from hiddenstate.data.sound import features

    made = any(file.lower().endswith(features.ENDINGS) for file in files)
    return recordings.frontend.kind == "log-mel" and not made
