"""The text of a recording while it goes on: the beginning that will not change any more."""

from collections.abc import Iterator
from pathlib import Path

from hiddenstate.bundle import Bundle
from hiddenstate.data.recordings import ENDINGS, stream_frames
from hiddenstate.data.sound import Frames, FrontendSettings
from hiddenstate.errors import InputError
from hiddenstate.settings import from_dict
from hiddenstate.tasks.live_transcript import LiveTranscript
from hiddenstate.workflows.answers import Partial
from hiddenstate.workflows.transcripts.live import live_of

PIECE_SECONDS = 0.1
"""How much is heard between two looks at the text."""
PAUSE_SECONDS = 0.5
"""A word to which nothing was added for so long has ended, even where no space follows yet."""


def partial_texts(bundle: Bundle, path: Path) -> Iterator[Partial]:
    """The text up to the last word that has ended each time that there is one more, and at the end all of it.

    What is yielded is the beginning of what comes later: the most likely letters, without search. The recording is
    read in pieces, so memory does not grow with it. Raises `InputError` for what is no recording, `SettingsError`
    for a model that needs what comes later; both before the first text.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(
            f"{path}: expected one recording for --partial, got another file. Name a sound file."
        )
    live = live_of(bundle)
    frontend = from_dict(FrontendSettings, bundle.settings.get("frontend", {}))
    frame_seconds = live.coder.settings.frame_seconds
    return _heard(live, _pieces(path, frontend, frame_seconds), frame_seconds)


def _pieces(path: Path, frontend: FrontendSettings, frame_seconds: float) -> Iterator[Frames]:
    """Frames as they come; ready-made features, too, are cut."""
    size = max(1, round(PIECE_SECONDS / frame_seconds))
    for frames in stream_frames(path, frontend, seconds=PIECE_SECONDS):
        for first in range(0, len(frames), size):
            yield frames[first : first + size]


def _heard(live: LiveTranscript, pieces: Iterator[Frames], frame_seconds: float) -> Iterator[Partial]:
    seconds = changed = 0.0
    before = shown = ""
    for frames in pieces:
        seconds += len(frames) * frame_seconds
        text = live.accept(frames)
        if text != before:
            before, changed = text, seconds
        ended = seconds - changed >= PAUSE_SECONDS
        settled = " ".join((text if ended else text.rpartition(" ")[0]).split())
        if len(settled) > len(shown):
            shown = settled
            yield Partial(seconds, settled, last=False)
    yield Partial(seconds, live.finish(), last=True)
