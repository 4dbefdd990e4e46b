"""A model that hears as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from hiddenstate.bundle import open_kind
from hiddenstate.runtime.listening import KIND
from hiddenstate.settings import from_dict
from hiddenstate.tasks.hear import HearTask
from hiddenstate.workflows.hearing.run_settings import HearingRun
from hiddenstate.workflows.weights import load_members


@dataclass(frozen=True)
class SavedHearing:
    """An opened model: everything that is needed to label new recordings."""

    run: HearingRun
    task: HearTask
    models: tuple[nn.Module, ...]


def open_hearing(folder: Path) -> SavedHearing:
    """Open a bundle and build its networks, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, KIND)
    run = from_dict(HearingRun, bundle.settings)
    task = HearTask.from_dict(bundle.encoders["task"], run.task, run.model)
    return SavedHearing(run, task, load_members(bundle, task.build_model, run.task.members))
