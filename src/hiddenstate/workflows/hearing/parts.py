"""Recordings, cut into what is learnt from, chosen on and measured on."""

from dataclasses import dataclass
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.sound.split import split_recordings
from hiddenstate.data.sound.table import load_recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.workflows.hearing.run_settings import HearingRun


@dataclass(frozen=True)
class SoundParts:
    """Training, validation and test recordings, and what was noticed about them."""

    train: TextTable
    validation: TextTable
    test: TextTable
    notes: tuple[str, ...]
    by_group: bool
    """Whether nobody speaks in two parts."""

    @property
    def rows(self) -> dict[str, int]:
        """How many recordings each part has."""
        return {"training": len(self.train), "validation": len(self.validation), "test": len(self.test)}


def read_sound_parts(source: Source, run: HearingRun) -> SoundParts:
    """Find the files of `source` and cut them; the test files may come from a table or folder of their own.

    Raises `InputError` for missing files and where nothing is left to measure on.
    """
    table = source if isinstance(source, TextTable) else load_recordings(source, run.data)
    train, validation, test = (table.take(rows) for rows in split_recordings(table, run.split))
    notes = list(table.notes)
    if isinstance(run.split.test, str):
        test = load_recordings(Path(run.split.test), run.data)
        notes += [f"test files: {note}" for note in test.notes]
        both = set(test.texts) & set(table.texts)
        if both:
            notes.append(
                f"LEAK: {len(both)} test file(s) also stand in the training data, for example {min(both)}"
            )
    if not len(test):
        raise InputError(
            f"{table.source}: expected test recordings to measure on, got none with a test share of {run.split.test}. "
            "Raise --test, or name a table of recordings."
        )
    return SoundParts(
        train, validation, test, tuple(notes), table.groups is not None and not run.split.random
    )
