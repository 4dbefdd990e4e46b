"""Training the networks that read intent and slots off a text."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.data.vectors import Vectors
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.records import History
from hiddenstate.settings import to_dict
from hiddenstate.tasks.intent import IntentTask
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.members import train_members
from hiddenstate.workflows.tags.fit import identity_of


@dataclass(frozen=True)
class FittedIntents:
    """A trained model of commands."""

    task: IntentTask
    models: tuple[nn.Module, ...]
    histories: tuple[History, ...]

    @property
    def history(self) -> History:
        """Of the first network."""
        return self.histories[0]


def fit_intents(
    train: TaggedTable,
    validation: TaggedTable,
    *,
    task: tuple[TagSettings, IntentSettings],
    network: tuple[TaggerSettings, IntentHeadSettings],
    training: TrainingSettings,
    vectors: Sequence[Vectors] = (),
    fitting: Fitting | None = None,
) -> FittedIntents:
    """Train the ``task[0].members`` networks; on `validation`, if it has rows, the epoch is chosen and the
    probabilities of the intents are calibrated.

    Raises `InputError` with a single intent or tag.
    """
    own = fitting or Fitting()
    fitted = IntentTask.fit(train, task, network, vectors)
    parts = {"task": task[0], "intents": task[1], "network": network[0], "head": network[1]}
    models, histories = train_members(
        fitted,
        lambda each: fitted.batches(train, batch_size=each.batch_size, seed=each.seed),
        [training] * task[0].members,
        fitted.validator(validation) if len(validation) else None,
        fitting=own,
        identity=identity_of(train, validation, {name: to_dict(part) for name, part in parts.items()}),
    )
    if len(validation):
        fitted.calibrate(models, validation)
    return FittedIntents(fitted, models, histories)
