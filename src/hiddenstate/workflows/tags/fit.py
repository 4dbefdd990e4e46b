"""Training the networks of a tagger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.data.vectors import Vectors
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.records import History
from hiddenstate.settings import to_dict
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.digest import digest_of
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.members import train_members

RECIPE = TrainingSettings(
    epochs=20, batch_size=32, learning_rate=3e-3, clip_norm=5.0, average_decay=0.99, patience=5
)
"""How a tagger is trained where nothing else is said."""


@dataclass(frozen=True)
class FittedTags:
    """A trained tagger."""

    task: TagTask
    models: tuple[nn.Module, ...]
    histories: tuple[History, ...]

    @property
    def history(self) -> History:
        """Of the first network."""
        return self.histories[0]


def fit_tags(
    train: TaggedTable,
    validation: TaggedTable,
    *,
    task: TagSettings,
    network: TaggerSettings,
    training: TrainingSettings,
    vectors: Sequence[Vectors] = (),
    fitting: Fitting | None = None,
) -> FittedTags:
    """Train the ``task.members`` networks of a tagger; the best epoch on `validation` is kept, if it has rows.

    Raises `InputError` without tags, or with a single one.
    """
    own = fitting or Fitting()
    fitted = TagTask.fit(train, task, network, vectors)
    models, histories = train_members(
        fitted,
        lambda each: fitted.batches(train, batch_size=each.batch_size, seed=each.seed),
        [training] * task.members,
        fitted.validator(validation) if len(validation) else None,
        fitting=own,
        identity=identity_of(train, validation, {"task": to_dict(task), "network": to_dict(network)}),
    )
    return FittedTags(fitted, models, histories)


def identity_of(
    train: TaggedTable, validation: TaggedTable, settings: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What must be the same for a run to be gone on with."""
    return {**settings, "training rows": _digest(train), "validation rows": _digest(validation)}


def _digest(table: TaggedTable) -> str:
    """SHA-256 of texts, tags and intents."""
    return digest_of(table.texts, (" ".join(row) for row in table.known_tags()), table.intents or ())
