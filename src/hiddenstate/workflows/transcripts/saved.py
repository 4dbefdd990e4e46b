"""A transcriber as a bundle holds it, and out of the bundle again."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from hiddenstate.bundle import open_kind
from hiddenstate.runtime.session import TRANSCRIBER
from hiddenstate.settings import from_dict
from hiddenstate.tasks.transcribe import TranscribeTask
from hiddenstate.workflows.transcripts.run_settings import TranscriptRun
from hiddenstate.workflows.weights import load_members


@dataclass(frozen=True)
class SavedTranscriber:
    """An opened transcriber: everything that is needed for new recordings."""

    run: TranscriptRun
    task: TranscribeTask
    models: tuple[nn.Module, ...]


def open_transcriber(folder: Path) -> SavedTranscriber:
    """Open a bundle and build its networks, in evaluation mode.

    Raises `BundleError` for a bundle of another kind, and for weights that do not fit its settings.
    """
    bundle = open_kind(folder, TRANSCRIBER)
    run = from_dict(TranscriptRun, bundle.settings)
    task = TranscribeTask.from_dict(bundle.encoders["task"], run.task, run.model)
    return SavedTranscriber(run, task, load_members(bundle, task.build_model, run.task.members))
