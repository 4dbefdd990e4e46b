"""Tagged sentences, cut into what is learnt from, chosen on and measured on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.tagged_table import TaggedTable, joined_tables
from hiddenstate.data.text_split import Leak, TextSplitSettings, find_leak, split_rows
from hiddenstate.errors import InputError
from hiddenstate.tasks.tag_set import in_bio


@dataclass(frozen=True)
class TaggedParts:
    """Training, validation and test rows, and what was noticed about them."""

    train: TaggedTable
    validation: TaggedTable
    test: TaggedTable
    leak: Leak
    """Test texts that also stand in the rows that are learnt from or chosen on."""
    notes: tuple[str, ...]
    """What was repaired in the files."""

    @property
    def rows(self) -> dict[str, int]:
        """How many texts each part has."""
        return {"training": len(self.train), "validation": len(self.validation), "test": len(self.test)}


def read_tagged_parts(
    source: Source | TaggedTable, split: TextSplitSettings, load: Callable[[Source], TaggedTable]
) -> TaggedParts:
    """Read `source` with `load`, if it is not a table yet, and cut it; the test rows may come from a file of their own.

    A text that stands twice in `source` stays in one part; spans come in BIO. Raises `InputError` for a file that
    cannot be used, and where nothing is left to measure on.
    """
    table = in_bio(source if isinstance(source, TaggedTable) else load(source))
    train, validation, test = (table.take(rows) for rows in split_rows(table.plain(), split))
    notes = list(table.notes)
    if isinstance(split.test, str):
        test = in_bio(load(Path(split.test)))
        notes += [f"test file: {note}" for note in test.notes]
    if not len(test):
        raise InputError(
            f"{table.source}: expected test rows to measure on, got none with a test share of {split.test}. "
            "Raise --test, or name a tagged file."
        )
    leak = find_leak(joined_tables(train, validation).plain(), test.plain())
    return TaggedParts(train, validation, test, leak, tuple(notes))
