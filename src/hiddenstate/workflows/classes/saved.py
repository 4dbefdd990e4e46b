"""A text classifier as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from hiddenstate.bundle import Bundle, open_kind
from hiddenstate.settings import from_dict
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.workflows.classes.fit import FittedClasses
from hiddenstate.workflows.classes.run_settings import ClassRun
from hiddenstate.workflows.classes.seen_texts import FILE, SeenTexts
from hiddenstate.workflows.weights import load_members

KIND = "text classifier"


@dataclass(frozen=True)
class SavedClassifier:
    """An opened classifier: everything that is needed to label new texts."""

    bundle: Bundle
    run: ClassRun
    task: ClassifyTask
    models: tuple[nn.Module, ...]

    def seen(self) -> SeenTexts:
        """The texts that it learnt from."""
        return SeenTexts.from_bytes(self.bundle.read(FILE))


def encoders_of(fitted: FittedClasses) -> dict[str, Any]:
    """What ``encoders.json`` holds."""
    return {"task": fitted.task.to_dict()}


def open_classifier(folder: Path) -> SavedClassifier:
    """Open a bundle and build its networks, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, KIND)
    run = from_dict(ClassRun, bundle.settings)
    task = ClassifyTask.from_dict(bundle.encoders["task"], run.task, run.model)
    return SavedClassifier(bundle, run, task, load_members(bundle, task.build_model, run.task.members))
