"""A language model as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path

from hiddenstate.bundle import open_kind
from hiddenstate.models.language_model import LanguageModel
from hiddenstate.runtime.text_generator import KIND
from hiddenstate.settings import from_dict
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.workflows.weights import load_members
from hiddenstate.workflows.writers.run_settings import WriterRun


@dataclass(frozen=True)
class SavedWriter:
    """An opened language model."""

    run: WriterRun
    task: GenerateTask
    model: LanguageModel


def open_writer(folder: Path) -> SavedWriter:
    """Open a bundle and build its network, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, KIND)
    run = from_dict(WriterRun, bundle.settings)
    task = GenerateTask.from_dict(bundle.encoders["task"], run.task, run.model)
    (model,) = load_members(bundle, task.build_model, 1)
    assert isinstance(model, LanguageModel)
    return SavedWriter(run, task, model)
