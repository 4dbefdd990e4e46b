"""The rows of a file of labelled texts, cut into what is learnt from, chosen on and measured on."""

from dataclasses import dataclass
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.text_split import Leak, find_leak, split_texts
from hiddenstate.data.text_table import TextTable, load_texts
from hiddenstate.workflows.classes.fit import joined
from hiddenstate.workflows.classes.run_settings import ClassRun


@dataclass(frozen=True)
class Parts:
    """Training, validation and test rows, and what was noticed about them."""

    train: TextTable
    validation: TextTable
    test: TextTable
    leak: Leak
    """Test texts that also stand in the rows that are learnt from or chosen on."""
    notes: tuple[str, ...]
    """What was repaired in the files."""

    @property
    def rows(self) -> dict[str, int]:
        """How many each part has."""
        return {"training": len(self.train), "validation": len(self.validation), "test": len(self.test)}


def read_parts(source: Source | TextTable, run: ClassRun) -> Parts:
    """Read `source`, if it is not a table yet, and cut it; the test rows may come from a file of their own.

    A text that stands twice in `source` stays in one part. Raises `InputError` for a file that cannot be used.
    """
    table = source if isinstance(source, TextTable) else load_texts(source, run.data)
    split = split_texts(table, run.split)
    test, notes = split.test, list(table.notes)
    if isinstance(run.split.test, str):
        test = load_texts(Path(run.split.test), run.data)
        notes += [f"test file: {note}" for note in test.notes]
    leak = find_leak(joined(split.train, split.validation), test)
    return Parts(split.train, split.validation, test, leak, tuple(notes))
