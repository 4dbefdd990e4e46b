"""Training the network of a language model."""

import hashlib
from dataclasses import dataclass

from hiddenstate.data.book import BookParts
from hiddenstate.data.units import Units
from hiddenstate.models.language_model import LanguageModel, LanguageSettings
from hiddenstate.records import History
from hiddenstate.settings import to_dict
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.tasks.generate_settings import GenerateSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.members import train_members


@dataclass(frozen=True)
class FittedWriter:
    """A trained language model."""

    task: GenerateTask
    model: LanguageModel
    history: History


def fit_writer(
    parts: BookParts,
    *,
    task: GenerateSettings,
    network: LanguageSettings,
    training: TrainingSettings,
    fitting: Fitting | None = None,
    units: Units | None = None,
) -> FittedWriter:
    """Train on the first part of a text; the best epoch on the second is kept, if it is long enough to tell.

    `units`: those of a longer text of which the first part is a piece; None learns them from it.
    Raises `InputError` for a text that is shorter than a window.
    """
    fitted = (
        GenerateTask.fit(parts.train, task, network) if units is None else GenerateTask(task, network, units)
    )
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (parts.train, parts.validation)]
    (model,), (history,) = train_members(
        fitted,
        lambda each: fitted.batches(parts.train, batch_size=each.batch_size, seed=each.seed),
        [training],
        fitted.validator(parts.validation),
        fitting=fitting or Fitting(),
        identity={"task": to_dict(task), "network": to_dict(network), "texts": digests},
    )
    assert isinstance(model, LanguageModel)
    return FittedWriter(fitted, model, history)
