"""A model of commands as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from hiddenstate.bundle import Bundle, open_kind
from hiddenstate.runtime.command_model import CommandModel
from hiddenstate.settings import from_dict
from hiddenstate.tasks.intent import IntentTask
from hiddenstate.workflows.classes.seen_texts import FILE, SeenTexts
from hiddenstate.workflows.intents.run_settings import IntentRun
from hiddenstate.workflows.weights import load_members

KIND = CommandModel.kind


@dataclass(frozen=True)
class SavedIntents:
    """An opened model: everything that is needed to read new commands."""

    bundle: Bundle
    run: IntentRun
    task: IntentTask
    models: tuple[nn.Module, ...]

    def seen(self) -> SeenTexts:
        """The texts that it learnt from."""
        return SeenTexts.from_bytes(self.bundle.read(FILE))


def open_intents(folder: Path) -> SavedIntents:
    """Open a bundle and build its networks, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, KIND)
    run = from_dict(IntentRun, bundle.settings)
    task = IntentTask.from_dict(bundle.encoders["task"], (run.task, run.intents), (run.model, run.intent))
    return SavedIntents(bundle, run, task, load_members(bundle, task.build_model, run.task.members))
