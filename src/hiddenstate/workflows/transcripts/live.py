"""A saved transcriber, ready for a recording that is still going on."""

from pathlib import Path

from hiddenstate.bundle import Bundle, open_kind, read_program
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime.session import TRANSCRIBER
from hiddenstate.tasks.live_transcript import LiveTranscript


def open_live(folder: Path) -> LiveTranscript:
    """The networks of a bundle at work on a new stream of frames; without torch where the bundle has a program.

    Raises `BundleError` for a bundle of another kind, `SettingsError` where the model needs what comes later.
    """
    return live_of(open_kind(folder, TRANSCRIBER))


def live_of(bundle: Bundle) -> LiveTranscript:
    """The same of a bundle that is open."""
    if PROGRAM in bundle.files:
        from hiddenstate.runtime.transcript_model import TranscriptModel

        return TranscriptModel(bundle, read_program(bundle)).live()
    from hiddenstate.tasks.transcribe import reader_of
    from hiddenstate.workflows.transcripts.saved import open_transcriber

    saved = open_transcriber(bundle.folder)
    return LiveTranscript(saved.task.coder, reader_of(saved.models[0]), both=saved.task.network.bidirectional)
