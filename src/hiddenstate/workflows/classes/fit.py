"""Training the networks of a text classifier: choose the number of epochs, calibrate, train again on everything."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from hiddenstate.data.text_table import TextTable
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.records import History
from hiddenstate.settings import to_dict
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.digest import digest_of
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.members import train_members

RECIPE = TrainingSettings(
    epochs=10, batch_size=50, learning_rate=3e-3, clip_norm=5.0, average_decay=0.99, patience=4
)
"""How a classifier is trained on thousands of texts where nothing else is said."""
FEWEST_STEPS = 300
"""Steps that a network needs to learn anything, however few texts there are."""


def recipe_for(texts: int) -> TrainingSettings:
    """`RECIPE` for this many training texts: few of them are read in smaller batches and more often.

    >>> recipe_for(5000) == RECIPE
    True
    >>> small = recipe_for(100)
    >>> small.batch_size, small.epochs, small.patience
    (10, 30, 6)
    """
    batch_size = min(RECIPE.batch_size, max(8, texts // 10))
    epochs = max(RECIPE.epochs, -(-FEWEST_STEPS * batch_size // max(texts, batch_size)))
    return replace(RECIPE, batch_size=batch_size, epochs=epochs, patience=max(4, epochs // 5))


@dataclass(frozen=True)
class FittedClasses:
    """A trained text classifier."""

    task: ClassifyTask
    models: tuple[nn.Module, ...]
    histories: tuple[History, ...]
    """Of each network, on the training rows alone: what the number of epochs was chosen by."""
    refitted: bool = False
    """Whether the networks were trained again with the validation rows among the training rows."""

    @property
    def history(self) -> History:
        """Of the first network."""
        return self.histories[0]


def fit_classes(
    train: TextTable,
    validation: TextTable | None,
    *,
    task: ClassifySettings,
    network: TextModelSettings,
    training: TrainingSettings,
    vectors: Sequence[Vectors] = (),
    refit: bool = False,
    fitting: Fitting | None = None,
) -> FittedClasses:
    """Train the ``task.members`` networks of a classifier, each from a seed of its own.

    The best epoch on `validation` is kept, and there the probabilities are calibrated. With `refit` words
    and classes are then collected anew from both parts, and each network is trained on both for as many
    epochs as did best; the calibration stays. Without `validation` each network trains for all its epochs,
    and its probabilities stay as they are.
    Raises `InputError` without labels, with one class only, or where validation shows no known class.
    """
    stage = _Stage(train, validation, training, vectors, fitting or Fitting())
    chosen = ClassifyTask.fit(train, task, network, vectors)
    if validation is None:
        models, histories = stage.members(chosen, train, "member", [training] * task.members, None)
        return FittedClasses(chosen, models, histories)
    _check_validation(chosen, validation)
    validate = chosen.validator(validation)
    models, histories = stage.members(chosen, train, "member", [training] * task.members, validate)
    chosen.calibrate(models, validation)
    if not refit or any(history.stopped.startswith("interrupted") for history in histories):
        return FittedClasses(chosen, models, histories)
    both = joined(train, validation)
    final = ClassifyTask.fit(both, task, network, vectors)
    final.temperature, final.threshold = chosen.temperature, chosen.threshold
    again = [
        replace(training, epochs=max(1, history.best_epoch or 1), patience=None, warmup_epochs=0.0)
        for history in histories
    ]
    models, _ = stage.members(final, both, "refit", again, None)
    return FittedClasses(final, models, histories, refitted=True)


def joined(first: TextTable, second: TextTable) -> TextTable:
    """The rows of both tables, which must have labels."""
    return TextTable(
        (*first.texts, *second.texts), (*first.known_labels(), *second.known_labels()), first.source
    )


STAGES = {"member": "Training", "refit": "Training again with the validation rows"}
"""How the stages are announced, by the name of their checkpoints."""


@dataclass(frozen=True)
class _Stage:
    train: TextTable
    validation: TextTable | None
    training: TrainingSettings
    vectors: Sequence[Vectors]
    fitting: Fitting

    def members(
        self,
        task: ClassifyTask,
        table: TextTable,
        name: str,
        settings: Sequence[TrainingSettings],
        validate: Callable[[nn.Module], float] | None,
    ) -> tuple[tuple[nn.Module, ...], tuple[History, ...]]:
        """A network for each of `settings`, from fresh weights; `validate` None keeps the last weights."""
        return train_members(
            task,
            lambda own: task.batches(table, batch_size=own.batch_size, seed=own.seed),
            settings,
            validate,
            fitting=self.fitting,
            name=name,
            said=STAGES[name],
            identity={} if self.fitting.checkpoints is None else self._identity(task),
        )

    def _identity(self, task: ClassifyTask) -> Mapping[str, Any]:
        """What must be the same for a run to be gone on with."""
        return {
            "task": to_dict(task.settings),
            "network": to_dict(task.network),
            "training rows": digest_of(self.train.texts, self.train.labels or ()),
            "validation rows": None
            if self.validation is None
            else digest_of(self.validation.texts, self.validation.labels or ()),
            "vectors": [_digest_of_vectors(source) for source in self.vectors],
        }


def _check_validation(task: ClassifyTask, validation: TextTable) -> None:
    """Refuse validation rows of which none belongs to a known class: no epoch would be better than another."""
    unseen = task.labels.unseen(validation.known_labels())
    if task.labels.multi or sum(unseen.values()) < len(validation):
        return
    listing = ", ".join(f'"{name}"' for name in list(unseen)[:5])
    raise InputError(
        f"{validation.source}: expected validation rows of the training rows' classes, got {listing or 'none'}. "
        "Give rows of each class to both."
    )


def _digest_of_vectors(vectors: Vectors) -> str:
    digest = hashlib.sha256("\n".join(vectors.forms).encode("utf-8", "surrogatepass"))
    digest.update(vectors.matrix.tobytes())
    return digest.hexdigest()
