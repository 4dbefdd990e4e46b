"""Training the networks that hear classes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from hiddenstate.data.sound import Frames
from hiddenstate.data.sound.augment import AugmentSettings
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.sound.table import SoundFileSettings, load_recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.models.hearing import HearingSettings
from hiddenstate.records import History
from hiddenstate.settings import to_dict
from hiddenstate.tasks.hear import HearTask
from hiddenstate.tasks.hear_settings import HearSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.digest import digest_of
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.members import train_members

RECIPE = TrainingSettings(
    epochs=30,
    batch_size=32,
    learning_rate=2e-3,
    clip_norm=5.0,
    average_decay=0.99,
    patience=None,
    warmup_epochs=1.0,
)
"""How hearing is trained where nothing else is said."""

FEWEST_STEPS = 1500
"""Steps that a network needs to hear anything, however few recordings there are."""
FEWEST_TONE_STEPS = 2000
"""The same where no copy is faster or slower: an epoch has a third of the steps then."""


def recipe_for(recordings: int, fewest_steps: int = FEWEST_STEPS) -> TrainingSettings:
    """`RECIPE` for this many training recordings: few of them are heard in smaller batches and more often.

    >>> recipe_for(2700) == RECIPE
    True
    >>> small = recipe_for(200)
    >>> small.batch_size, small.epochs
    (16, 116)
    """
    batch_size = RECIPE.batch_size if recordings >= 1000 else 16
    steps = -(-max(recordings, 1) // batch_size)
    return replace(RECIPE, batch_size=batch_size, epochs=max(RECIPE.epochs, -(-fewest_steps // steps)))


@dataclass(frozen=True)
class Ear:
    """All settings of a network that hears, and of what it is trained on."""

    task: HearSettings
    network: HearingSettings
    augment: AugmentSettings


@dataclass(frozen=True)
class FittedHearing:
    """A trained model."""

    task: HearTask
    models: tuple[nn.Module, ...]
    histories: tuple[History, ...]

    @property
    def history(self) -> History:
        """Of the first network."""
        return self.histories[0]


def fit_hearing(
    train: TextTable,
    validation: TextTable | None,
    recordings: Recordings,
    ear: Ear,
    *,
    training: TrainingSettings,
    fitting: Fitting | None = None,
) -> FittedHearing:
    """Train the ``task.members`` networks of a model; the best epoch on `validation` is kept, if it has rows.

    Tables hold files as their texts. Raises `InputError` without labels, or with a single one.
    """
    chosen = HearTask.fit(train, recordings, ear.task, ear.network)
    chosen_on = validation if validation is not None and len(validation) else None
    noise = _noise(recordings, ear.augment)
    models, histories = train_members(
        chosen,
        lambda own: chosen.training_batches(
            train, recordings, ear.augment, batch_size=own.batch_size, seed=own.seed, noise=noise
        ),
        [training] * ear.task.members,
        None if chosen_on is None else chosen.validator(chosen_on, recordings),
        fitting=fitting or Fitting(),
        identity=_identity(train, validation, ear),
    )
    if chosen_on is not None:
        chosen.calibrate(models, chosen_on, recordings)
    return FittedHearing(chosen, models, histories)


def _noise(recordings: Recordings, augment: AugmentSettings) -> tuple[Frames, ...]:
    """The frames of the user's background sounds."""
    if augment.noise is None:
        return ()
    found = load_recordings(Path(augment.noise), SoundFileSettings(), labelled=False)
    return tuple(recordings.frames(file) for file in found.texts)


def _identity(train: TextTable, validation: TextTable | None, ear: Ear) -> Mapping[str, Any]:
    """What must be the same for a run to be gone on with."""
    return {
        "task": to_dict(ear.task),
        "network": to_dict(ear.network),
        "augment": to_dict(ear.augment),
        "training rows": digest_of(train.texts, train.labels or ()),
        "validation rows": None
        if validation is None
        else digest_of(validation.texts, validation.labels or ()),
    }
