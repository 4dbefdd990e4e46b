"""What the benchmarks of hearing share: recordings by speaker, one training, one figure."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hiddenstate.data.labels import Labels
from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.sound.augment import AugmentSettings
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.sound.table import SoundFileSettings
from hiddenstate.data.text_table import TextTable
from hiddenstate.models.hearing import HearingSettings
from hiddenstate.tasks.hear_settings import HearSettings
from hiddenstate.tasks.sound_baselines.registry import fit_sound_baselines
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.hearing.comparison import hearing_metrics
from hiddenstate.workflows.hearing.fit import RECIPE, Ear, fit_hearing

EAR = Ear(HearSettings(members=2), HearingSettings(), AugmentSettings())


class Corpus:
    """Recordings with labels and speakers, each read once."""

    def __init__(
        self,
        files: Sequence[Path],
        labels: Sequence[str],
        speakers: Sequence[str],
        frontend: FrontendSettings,
    ) -> None:
        self.table = TextTable(tuple(map(str, files)), tuple(labels), "benchmark", groups=tuple(speakers))
        self.recordings = Recordings(SoundFileSettings(), frontend)

    @property
    def speakers(self) -> list[str]:
        """Their names, in order."""
        return sorted(set(self.table.groups or ()))

    def without(self, speaker: str) -> tuple[TextTable, TextTable]:
        """The others' recordings, and the speaker's own."""
        own = [row for row, name in enumerate(self.table.groups or ()) if name == speaker]
        others = [row for row in range(len(self.table)) if row not in set(own)]
        return self.table.take(others), self.table.take(own)

    def network(
        self,
        train: TextTable,
        test: TextTable,
        seed: int,
        *,
        ear: Ear = EAR,
        training: TrainingSettings = RECIPE,
    ) -> dict[str, float]:
        """Train for all epochs on `train`, read `test` once; percent."""
        fitted = fit_hearing(train, None, self.recordings, ear, training=replace(training, seed=seed))
        return _percent(hearing_metrics(fitted.task.predict(fitted.models, test, self.recordings)))

    def baselines(self, train: TextTable, test: TextTable) -> dict[str, dict[str, float]]:
        """The plain methods on the same recordings, by name."""
        labels = Labels.fit(train.known_labels())
        rivals = fit_sound_baselines(train, train.take([]), labels, self.recordings)
        return {
            rival.baseline.name: _percent(hearing_metrics(rival.baseline.predict(test)))
            for rival in rivals.fitted
        }


def mean_of(folds: Sequence[dict[str, float]], key: str) -> float:
    """The mean of a figure over the folds."""
    return float(np.mean([fold[key] for fold in folds]))


def _percent(metrics: dict[str, float]) -> dict[str, float]:
    return {key: round(100.0 * metrics[key], 3) for key in ("accuracy", "unweighted_average_recall")}
