"""A tagger as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from hiddenstate.bundle import Bundle, open_kind
from hiddenstate.runtime.tag_model import TagModel
from hiddenstate.settings import from_dict
from hiddenstate.tasks.tag import TagTask
from hiddenstate.workflows.classes.seen_texts import FILE, SeenTexts
from hiddenstate.workflows.tags.run_settings import TagRun
from hiddenstate.workflows.weights import load_members

KIND = TagModel.kind


@dataclass(frozen=True)
class SavedTagger:
    """An opened tagger: everything that is needed to tag new texts."""

    bundle: Bundle
    run: TagRun
    task: TagTask
    models: tuple[nn.Module, ...]

    def seen(self) -> SeenTexts:
        """The texts that it learnt from."""
        return SeenTexts.from_bytes(self.bundle.read(FILE))


def open_tagger(folder: Path) -> SavedTagger:
    """Open a bundle and build its networks, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, KIND)
    run = from_dict(TagRun, bundle.settings)
    task = TagTask.from_dict(bundle.encoders["task"], run.task, run.model)
    return SavedTagger(bundle, run, task, load_members(bundle, task.build_model, run.task.members))
