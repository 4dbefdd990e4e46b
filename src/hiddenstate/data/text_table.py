"""Texts and their labels, from files, data frames and lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hiddenstate.data.files import Source, check_file, name_of, read_batches
from hiddenstate.errors import InputError

LINES_BEFORE_FIRST_ROW = 2
"""Line 1 is the header, so row 0 stands on line 2 (of a file in which no text holds a line break)."""


@dataclass(frozen=True, kw_only=True)
class TextSettings:
    """Where text and labels stand; section ``[data]`` of ``settings.toml``."""

    text: str
    """Column of the texts."""
    target: str | None = None
    """Column of the labels; ``None``: texts to be labelled."""
    missing_labels: Literal["refuse", "drop", "keep"] = "refuse"
    """What happens to rows without a label. "keep": they have none of several possible labels."""
    group: str | None = None
    """Column of what a row belongs to (author, document, conversation): its rows stay in one part."""
    vectors: tuple[str, ...] = ()
    """Files of word vectors to begin with; several stand side by side."""


@dataclass(frozen=True, eq=False)
class TextTable:
    """Texts, and a label for each where they are known."""

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None
    source: str
    notes: tuple[str, ...] = ()
    """What was repaired or deserves a look, in words."""
    groups: tuple[str, ...] | None = None
    """What each row belongs to, "" for a row that stands alone; None where no column says so."""

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.int64] | Sequence[int]) -> "TextTable":
        """The rows at `rows`, in that order."""
        labels = None if self.labels is None else tuple(self.labels[row] for row in rows)
        groups = None if self.groups is None else tuple(self.groups[row] for row in rows)
        return TextTable(tuple(self.texts[row] for row in rows), labels, self.source, groups=groups)

    def known_labels(self) -> tuple[str, ...]:
        """The labels; raises `InputError` where the table has none."""
        if self.labels is None:
            raise InputError(f"{self.source}: expected labels, got texts only. Name the label column.")
        return self.labels


def load_texts(source: Source, settings: TextSettings) -> TextTable:
    """Read a CSV, TSV, Parquet or JSON-lines file (each plain or gzip), or a data frame.

    Empty texts stay: they get an answer like any other. Null bytes are taken out of texts; both are noted.
    Raises `InputError` naming line and column for a row without a label, unless the settings drop them.
    """
    if settings.target == settings.text:
        raise InputError(
            f'expected two columns, got "{settings.text}" as text and label. Name another label.'
        )
    if settings.group in (settings.text, settings.target) and settings.group is not None:
        raise InputError(
            f'expected a column of groups of its own, got "{settings.group}" again. Name another, or none.'
        )
    columns = [name for name in (settings.text, settings.target, settings.group) if name]
    texts: list[str | None] = []
    labels: list[str | None] = []
    groups: list[str | None] = []
    for _, frame in read_batches(source, columns):
        texts += _as_text(frame[settings.text], name_of(source))
        if settings.target:
            labels += _as_text(frame[settings.target], name_of(source))
        if settings.group:
            groups += _as_text(frame[settings.group], name_of(source))
    table = _checked(texts, labels if settings.target else None, source, settings)
    if not settings.group:
        return table
    dropped = settings.target is not None and settings.missing_labels == "drop"
    kept = [group or "" for row, group in enumerate(groups) if not dropped or (labels[row] or "").strip()]
    return replace(table, groups=tuple(kept))


def table_of(
    texts: Sequence[Any],
    labels: Sequence[Any] | None = None,
    *,
    source: str = "texts",
    missing_labels: Literal["refuse", "drop", "keep"] = "refuse",
) -> TextTable:
    """A table of lists, arrays or columns; labels may be of any kind that has a text form.

    Raises `InputError` for a single text where several are expected, values that are no text, and
    numbers of texts and labels that differ.
    """
    if isinstance(texts, str):
        raise InputError("texts: expected a list of texts, got one text. Put it in square brackets.")
    rows = list(texts)
    for number, text in enumerate(rows, start=1):
        if not (text is None or isinstance(text, str)):
            raise InputError(
                f"{source} row {number}: expected a text, got {type(text).__name__}. Convert it with str()."
            )
    known = None if labels is None else [None if label is None else str(label) for label in labels]
    if known is not None and len(known) != len(rows):
        raise InputError(
            f"{source}: expected a label for each of {len(rows)} texts, got {len(known)}. Check both."
        )
    settings = TextSettings(text="text", target="label" if known else None, missing_labels=missing_labels)
    return _checked(rows, known, source, settings)


def load_trec(path: Path) -> TextTable:
    """Read the question format of TREC: ``COARSE:fine question words``, one a line, in latin-1.

    Source: Li & Roth (2002), "Learning question classifiers".
    """
    check_file(path)
    texts, labels = [], []
    for number, line in enumerate(path.read_text(encoding="latin-1").split("\n"), start=1):
        if not line.strip():
            continue
        label, _, text = line.strip().partition(" ")
        if ":" not in label:
            raise InputError(
                f'{path} line {number}: expected "COARSE:fine question", got "{line[:40]}". Correct the line.'
            )
        labels.append(label)
        texts.append(text)
    return table_of(texts, labels, source=str(path))


def _as_text(column: pl.Series, source: str) -> list[str | None]:
    if column.dtype in (pl.List, pl.Struct, pl.Object, pl.Binary):
        raise InputError(
            f'{source}, column "{column.name}": expected text, got {column.dtype}. Choose another.'
        )
    return column.cast(pl.String).to_list()


def _checked(
    texts: list[str | None], labels: list[str | None] | None, source: Source, settings: TextSettings
) -> TextTable:
    """The table, after rows without a label were refused or dropped, with notes on what was found."""
    name = name_of(source)
    notes = []
    if labels is not None:
        missing = [row for row, label in enumerate(labels) if label is None or not label.strip()]
        if missing and settings.missing_labels == "refuse":
            line = missing[0] + LINES_BEFORE_FIRST_ROW
            place = f"line {line}" if isinstance(source, Path) else f"row {missing[0] + 1}"
            raise InputError(
                f'{name} {place}, column "{settings.target}": expected a label, got none '
                f'({len(missing)} such row(s)). Fill it in, or set missing_labels to "drop".'
            )
        if missing and settings.missing_labels == "drop":
            gone = set(missing)
            texts = [text for row, text in enumerate(texts) if row not in gone]
            labels = [label for row, label in enumerate(labels) if row not in gone]
            notes.append(f"{len(missing)} row(s) without a label were left out")
    kept = [text or "" for text in texts]
    if with_null := sum("\0" in text for text in kept):
        kept = [text.replace("\0", " ") for text in kept]
        notes.append(f"{with_null} text(s) held null bytes, which were read as spaces")
    if empty := sum(not text.strip() for text in kept):
        notes.append(f"{empty} text(s) are empty: their answer is the same for all, from the training labels")
    known = None if labels is None else tuple(label or "" for label in labels)
    return TextTable(tuple(kept), known, name, tuple(notes))
