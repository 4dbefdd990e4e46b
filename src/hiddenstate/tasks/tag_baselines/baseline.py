"""What every baseline of tagging can do."""

from collections.abc import Sequence
from typing import Protocol, Self

from hiddenstate.data.spans import repaired
from hiddenstate.data.tagged_table import TaggedTable, Tags


class TagBaseline(Protocol):
    """A plain method that tags words; spans come in BIO, repaired where it broke the scheme."""

    @property
    def name(self) -> str:
        """As printed in tables and verdicts."""
        ...

    def fit(self, train: TaggedTable, validation: TaggedTable) -> Self:
        """Learn; returns itself. Raises `InputError` where there is nothing to learn from."""
        ...

    def predict(self, table: TaggedTable) -> Tags:
        """A tag for each word."""
        ...


def whole_spans(tags: Sequence[Sequence[str]], *, marks_spans: bool) -> Tags:
    """The tags, where they mark spans in BIO without a fault."""
    return tuple(tuple(repaired(row)[0] if marks_spans else row) for row in tags)
