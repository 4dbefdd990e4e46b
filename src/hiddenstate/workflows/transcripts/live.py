"""A saved transcriber, ready for a recording that is still going on."""

from pathlib import Path

from hiddenstate.models.transcriber import Transcriber
from hiddenstate.tasks.live_transcript import LiveTranscript
from hiddenstate.workflows.transcripts.saved import SavedTranscriber, open_transcriber


def open_live(folder: Path) -> LiveTranscript:
    """The first network of a bundle at work on a new stream of frames.

    Raises `BundleError` as `open_transcriber` does, `SettingsError` where the model needs what comes later.
    """
    return live_of(open_transcriber(folder))


def live_of(saved: SavedTranscriber) -> LiveTranscript:
    """The same of a transcriber that is open."""
    model = saved.models[0]
    assert isinstance(model, Transcriber)
    return LiveTranscript(saved.task, model)
