"""Training the network of a translator, and its twin without attention."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from hiddenstate.data.pairs import PairTable
from hiddenstate.models.encoder_decoder import EncoderDecoder, TranslatorSettings
from hiddenstate.records import History
from hiddenstate.settings import to_dict
from hiddenstate.tasks.translate import TranslateTask
from hiddenstate.tasks.translate_settings import TranslateSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.members import train_members

RECIPE = TrainingSettings(
    epochs=20,
    batch_size=32,
    learning_rate=1.5e-3,
    warmup_epochs=1.0,
    clip_norm=1.0,
    average_decay=0.998,
    patience=5,
)
"""How a translator is trained where nothing else is said."""


@dataclass(frozen=True)
class FittedTranslator:
    """A trained translator."""

    task: TranslateTask
    model: EncoderDecoder
    history: History


def fit_translator(
    train: PairTable,
    validation: PairTable,
    *,
    task: TranslateSettings,
    network: TranslatorSettings,
    training: TrainingSettings,
    fitting: Fitting | None = None,
) -> FittedTranslator:
    """Learn pieces and weights from `train`; the best epoch on `validation` is kept, if it has pairs."""
    return fit_weights(
        TranslateTask.fit(train, task, network), train, validation, training=training, fitting=fitting
    )


def fit_weights(
    task: TranslateTask,
    train: PairTable,
    validation: PairTable,
    *,
    training: TrainingSettings,
    fitting: Fitting | None = None,
    name: str = "translator",
) -> FittedTranslator:
    """As `fit_translator`, with pieces that are learnt already. `name` is that of the stage's checkpoints."""
    own = fitting or Fitting()
    models, histories = train_members(
        task,
        lambda each: task.batches(train, batch_size=each.batch_size, seed=each.seed),
        [training],
        task.validator(validation) if len(validation) else None,
        fitting=own,
        name=name,
        said="Training"
        if task.network.attention != "none"
        else "Training the same network without attention",
        identity=identity_of(
            train, validation, {"task": to_dict(task.settings), "network": to_dict(task.network)}
        ),
    )
    return FittedTranslator(task, cast(EncoderDecoder, models[0]), histories[0])


def without_attention(network: TranslatorSettings) -> TranslatorSettings:
    """The same trunk: each step sees what the encoder knows at its ends, and nothing in between."""
    return replace(network, attention="none")


def identity_of(train: PairTable, validation: PairTable, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """What must be the same for a run to be gone on with."""
    return {**settings, "training rows": _digest(train), "validation rows": _digest(validation)}


def _digest(table: PairTable) -> str:
    total = hashlib.sha256()
    for pair in zip(table.sources, table.targets, strict=True):
        total.update("\t".join(pair).encode() + b"\n")
    return total.hexdigest()
