"""Training the networks of a transcriber."""

import hashlib
from dataclasses import dataclass

import numpy as np
from torch import nn

from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import AugmentSettings
from hiddenstate.models.transcriber import TranscriberSettings
from hiddenstate.records import History
from hiddenstate.settings import to_dict
from hiddenstate.tasks.transcribe import TranscribeTask
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.members import train_members

RECIPE = TrainingSettings(
    epochs=60, batch_size=16, learning_rate=2e-3, clip_norm=5.0, average_decay=0.99, patience=None,
    warmup_epochs=1.0,
)  # fmt: skip
"""How a transcriber is trained where nothing else is said."""


@dataclass(frozen=True)
class FittedTranscripts:
    """A trained transcriber."""

    task: TranscribeTask
    models: tuple[nn.Module, ...]
    histories: tuple[History, ...]
    notes: tuple[str, ...]
    """What was left out of the training rows."""

    @property
    def history(self) -> History:
        """Of the first network."""
        return self.histories[0]


def fit_transcripts(
    train: Utterances,
    validation: Utterances,
    *,
    task: TranscribeSettings,
    network: TranscriberSettings,
    augment: AugmentSettings,
    training: TrainingSettings,
    fitting: Fitting | None = None,
) -> FittedTranscripts:
    """Train ``task.members`` networks; the best epoch, and the language model's weight, by `validation`.

    Raises `InputError` where no recording is long enough for its text.
    """
    own = fitting or Fitting()
    fitted = TranscribeTask.fit(train, task, network)
    rows, notes = fitted.fitting_rows(train)
    models, histories = train_members(
        fitted,
        lambda each: fitted.batches(rows, batch_size=each.batch_size, seed=each.seed, augment=augment),
        [training] * task.members,
        fitted.validator(validation) if len(validation) else None,
        fitting=own,
        identity={
            "task": to_dict(task),
            "network": to_dict(network),
            "augment": to_dict(augment),
            "recordings": {"SHA-256": _digest(train)},
            "validation recordings": {"SHA-256": _digest(validation)},
        },
    )
    if len(validation):
        fitted.tune(models, validation)
    return FittedTranscripts(fitted, models, histories, notes)


def _digest(table: Utterances) -> str:
    """Of frames and texts: a run goes on with the same recordings only."""
    digest = hashlib.sha256()
    for frames, text in zip(table.frames, table.texts or (), strict=False):
        digest.update(np.ascontiguousarray(frames).tobytes())
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()
