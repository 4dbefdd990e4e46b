"""What was said in recordings, and when."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpokenWord:
    """One word of an answer."""

    text: str
    start: float
    """Seconds from the beginning of the recording."""
    stop: float


@dataclass(frozen=True)
class AlignedWords:
    """Some words that were said and what was written for them; either may be empty."""

    said: str
    written: str


@dataclass(frozen=True, eq=False)
class Transcription:
    """The texts of n recordings."""

    files: tuple[str, ...]
    texts: tuple[str, ...]
    words: tuple[tuple[SpokenWord, ...], ...]
    """Of each text, in its order."""
    truth: tuple[str, ...] | None = None
    """What was said; None where it is not known."""
