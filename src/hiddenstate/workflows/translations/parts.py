"""Pairs, cut into what is learnt from, chosen on and measured on."""

from dataclasses import dataclass
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.pairs import PairTable, read_pairs
from hiddenstate.data.sides import Sides
from hiddenstate.data.text_split import Leak, find_leak, split_rows
from hiddenstate.errors import InputError
from hiddenstate.workflows.translations.run_settings import TranslateRun


@dataclass(frozen=True)
class PairParts:
    """Training, validation and test pairs, and what was noticed about them."""

    train: PairTable
    validation: PairTable
    test: PairTable
    leak: Leak
    """Test sources that also stand in the training pairs."""
    notes: tuple[str, ...]
    """What was left out of the files."""

    @property
    def rows(self) -> dict[str, int]:
        """How many pairs each part has."""
        return {"training": len(self.train), "validation": len(self.validation), "test": len(self.test)}


def read_pair_parts(source: Source, run: TranslateRun) -> PairParts:
    """Read `source` and cut it; a source that stands twice stays in one part; the test may be a file of its own.

    Raises `InputError` for a file that cannot be used, for swapped columns of the test file, and where nothing is
    left to measure on.
    """
    table = read_pairs(source, run.data)
    train, validation, test = (table.take(rows) for rows in split_rows(table.plain(), run.split))
    notes = list(table.notes)
    if isinstance(run.split.test, str):
        test = read_pairs(Path(run.split.test), run.data)
        Sides.fit(train).check(test)
        notes += [f"test file: {note}" for note in test.notes]
    if not len(test):
        raise InputError(
            f"{table.source}: expected test pairs to measure on, got none with a test share of {run.split.test}. "
            "Raise --test, or name a file of pairs."
        )
    return PairParts(train, validation, test, find_leak(train.plain(), test.plain()), tuple(notes))
