"""Recordings, cut into what is learnt from, chosen on and measured on."""

from dataclasses import dataclass
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.transcripts import TranscriptSettings, Utterances, load_transcripts
from hiddenstate.data.utterance_split import UtteranceSplitSettings, split_utterances
from hiddenstate.errors import InputError


@dataclass(frozen=True)
class TranscriptParts:
    """Training, validation and test recordings."""

    train: Utterances
    validation: Utterances
    test: Utterances

    @property
    def rows(self) -> dict[str, int]:
        """How many recordings each part has."""
        return {"training": len(self.train), "validation": len(self.validation), "test": len(self.test)}


def read_transcript_parts(
    source: Source, data: TranscriptSettings, frontend: FrontendSettings, split: UtteranceSplitSettings
) -> TranscriptParts:
    """Read `source` and cut it; the test rows may come from a table of their own.

    Raises `InputError` for a table that cannot be used, and where nothing is left to measure on.
    """
    table = load_transcripts(source, data, frontend)
    train, validation, test = (table.take(rows) for rows in split_utterances(table, split))
    if isinstance(split.test, str):
        test = load_transcripts(Path(split.test), data, frontend)
    if not len(test):
        raise InputError(
            f"{table.source}: expected test rows to measure on, got none with a test share of {split.test}. "
            "Raise --test, or name a table."
        )
    return TranscriptParts(train, validation, test)
