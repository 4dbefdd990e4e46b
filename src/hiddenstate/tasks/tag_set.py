"""The tags that a network knows, and how it writes spans down."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, final

from hiddenstate.data.ragged import Ragged
from hiddenstate.data.spans import (
    OUTSIDE,
    Scheme,
    mark_spans,
    may_follow,
    repaired,
    spans_of,
    split_tag,
    tags_of,
)
from hiddenstate.data.tagged_table import TaggedTable, Tags
from hiddenstate.errors import InputError, SettingsError

UNSEEN = -1


@final
class TagSet:
    """Tags and their numbers; spans are given and answered in BIO, whatever the network uses inside.

    >>> tags = TagSet.fit([["B-LOC", "I-LOC", "O"]], "iobes")
    >>> tags.names
    ('O', 'B-LOC', 'I-LOC', 'E-LOC', 'S-LOC')
    >>> tags.encode([["B-LOC", "I-LOC", "O"], ["B-PER"]])[0].tolist()
    [1, 3, 0]
    """

    def __init__(self, names: Sequence[str], scheme: Literal["plain", "bio", "iobes"]) -> None:
        """Use `fit`."""
        self.names = tuple(names)
        self.scheme = scheme
        self._numbers = {name: number for number, name in enumerate(self.names)}

    @classmethod
    def fit(cls, tags: Sequence[Sequence[str]], scheme: str = "auto") -> Self:
        """Collect the tags of the training rows.

        Raises `InputError` where there is only one, `SettingsError` where a scheme of spans was asked for and
        the tags mark none.
        """
        counts = Counter(tag for row in tags for tag in row)
        spans = mark_spans(counts)
        if scheme in ("bio", "iobes") and not spans:
            listing = ", ".join(f'"{tag}"' for tag in sorted(counts)[:5])
            raise SettingsError(
                f'scheme: expected tags such as "B-LOC" for "{scheme}", got {listing}. Use "plain" or "auto".'
            )
        if len(counts) < 2:
            raise InputError(
                f"tags: expected at least two different ones, got {', '.join(counts) or 'none'}. Check the column."
            )
        if scheme == "plain" or not spans:
            return cls(sorted(counts), "plain")
        kind: Scheme = "iobes" if scheme == "iobes" else "bio"
        marks = "BI" if kind == "bio" else "BIES"
        kinds = sorted({split_tag(tag)[1] for tag in counts if tag != OUTSIDE})
        return cls([OUTSIDE, *(f"{mark}-{name}" for name in kinds for mark in marks)], kind)

    @property
    def spans(self) -> bool:
        """Whether the tags mark spans."""
        return self.scheme != "plain"

    def may_follow(self, before: int | None, tag: int | None) -> bool:
        """Whether one tag, by its number, may stand after another; see `data.spans.may_follow`."""
        if self.scheme == "plain":
            return True
        named = [None if number is None else self.names[number] for number in (before, tag)]
        return may_follow(named[0], named[1], self.scheme)

    def encode(self, tags: Sequence[Sequence[str]]) -> Ragged:
        """The numbers of tags as the file has them (spans in BIO); `UNSEEN` for those never seen in training."""
        return Ragged.of([[self._numbers.get(tag, UNSEEN) for tag in self._own(row)] for row in tags])

    def decode(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """The tags behind `numbers`, spans in BIO."""
        names = [self.names[number] for number in numbers]
        return tuple(names if self.scheme != "iobes" else tags_of(spans_of(names), len(names)))

    def unseen(self, tags: Sequence[Sequence[str]]) -> dict[str, int]:
        """Tags that training never showed, and how many words have them."""
        counts = Counter(tag for row in tags for tag in self._own(row))
        return {name: count for name, count in counts.items() if name not in self._numbers}

    def _own(self, row: Sequence[str]) -> Sequence[str]:
        return tags_of(spans_of(row), len(row), "iobes") if self.scheme == "iobes" else row

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"names": list(self.names), "scheme": self.scheme}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(values["names"], values["scheme"])


def in_bio(table: TaggedTable) -> TaggedTable:
    """The table with its spans in BIO; what had to be repaired for that is counted in its notes.

    Files in the older form, in which I begins a span, in IOBES and in BILOU are read as what they mean.
    """
    tags = table.known_tags()
    if not mark_spans(tag for row in tags for tag in row):
        return table
    fixed: list[tuple[str, ...]] = []
    faults = 0
    for row in tags:
        own, count = repaired(row)
        fixed.append(tuple(own))
        faults += count
    result: Tags = tuple(fixed)
    notes = (
        (f"{faults} span(s) began with an I or E tag that followed nothing of its name; read as a beginning",)
        if faults
        else ()
    )
    return table.with_tags(result, notes)
