"""Train, validation and test for texts: the same share of each label, equal texts and groups in one part."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.split_shares import check_shares, held_back
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.seeding import generator

Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TextSplitSettings:
    """Shares of the rows; section ``[split]`` of ``settings.toml``."""

    validation: float = 0.1
    test: float | str = 0.0
    """A share, or the path of a file of labelled texts with the columns of the training file."""
    refit: bool = False
    """Train again on training and validation rows together, for as many epochs as did best."""
    seed: int = 0
    """Another seed, another split."""

    def __post_init__(self) -> None:
        check_shares(self.validation, self.test, "rows to train on")

    @property
    def test_share(self) -> float:
        """Share of the rows that are held back for the test: none where it has a file of its own."""
        return held_back(self.test)


@dataclass(frozen=True)
class TextSplit:
    """The three parts of a table."""

    train: TextTable
    validation: TextTable
    test: TextTable


@dataclass(frozen=True)
class Leak:
    """Texts of one table that another has, too; `str` is a sentence for the report."""

    rows: tuple[int, ...]
    """Of the second table."""
    total: int
    """Rows of the second table."""
    conflicting: int
    """How many of them have another label there."""

    def __str__(self) -> str:
        if not self.rows:
            return "no test text stands in the training rows"
        share = 100.0 * len(self.rows) / self.total
        text = f"LEAK: {len(self.rows):,} of {self.total:,} test texts ({share:.1f} %) also stand in the training rows"
        return text + (f", {self.conflicting:,} of them with another label" if self.conflicting else "")


def split_texts(table: TextTable, settings: TextSplitSettings) -> TextSplit:
    """Cut a table in three, each label in the same proportion; equal texts, and groups, stay in one part.

    Rows of the parts are in the table's order. Labels with a single text go to train.
    Raises `InputError` where a part that should have rows gets none.
    """
    return TextSplit(*(table.take(rows) for rows in split_rows(table, settings)))


def split_rows(table: TextTable, settings: TextSplitSettings) -> tuple[Rows, Rows, Rows]:
    """As `split_texts`: which rows go to train, validation and test."""
    groups = _groups(table)
    random = generator(settings.seed, "split")
    parts: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    for label in sorted(groups):
        same_text = groups[label]
        order = random.permutation(len(same_text))
        rows_of_label = sum(map(len, same_text))
        # Rounded up and down at random, so that many small classes together keep the share.
        wanted = {
            name: int(rows_of_label * share + random.random()) if len(same_text) > 1 else 0
            for name, share in (("test", settings.test_share), ("validation", settings.validation))
        }
        for place, number in enumerate(order):
            rows = same_text[int(number)]
            last = place == len(order) - 1
            name = next((part for part, count in wanted.items() if count >= len(rows) and not last), "train")
            wanted[name] = wanted.get(name, 0) - len(rows)
            parts[name] += rows
    for name, share in (("validation", settings.validation), ("test", settings.test_share), ("train", 1.0)):
        if share and not parts[name]:
            raise InputError(
                f"{table.source}: expected rows for {name}, got none of {len(table)}. "
                f"Give more rows or another share."
            )
    train, validation, test = (np.sort(np.array(rows, dtype=np.int64)) for rows in parts.values())
    return train, validation, test


def find_leak(train: TextTable, test: TextTable) -> Leak:
    """The rows of `test` whose text, white space and case aside, also stands in `train`."""
    seen: dict[str, set[str]] = defaultdict(set)
    for row, text in enumerate(train.texts):
        seen[folded(text)].add(train.labels[row] if train.labels else "")
    rows = tuple(row for row, text in enumerate(test.texts) if text.strip() and folded(text) in seen)
    conflicting = 0
    if train.labels is not None and test.labels is not None:
        conflicting = sum(test.labels[row] not in seen[folded(test.texts[row])] for row in rows)
    return Leak(rows, len(test), conflicting)


def _groups(table: TextTable) -> dict[str, list[list[int]]]:
    """Label -> the rows that must stay together: of one text, and of one group where a column names groups.

    They go with the label of their first row.
    """
    root = list(range(len(table)))

    def find(row: int) -> int:
        while root[row] != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    keys = [[folded(text) for text in table.texts]]
    if table.groups is not None:
        keys.append([group and f"\0{group}" for group in table.groups])
    for column in keys:
        first: dict[str, int] = {}
        for row, key in enumerate(column):
            if key or column is keys[0]:
                one, other = sorted((find(first.setdefault(key, row)), find(row)))
                root[other] = one
    together: dict[int, list[int]] = defaultdict(list)
    for row in range(len(table)):
        together[find(row)].append(row)
    groups: dict[str, list[list[int]]] = defaultdict(list)
    for rows in together.values():
        groups[table.labels[rows[0]] if table.labels else ""].append(rows)
    return groups


def folded(text: str) -> str:
    """What makes two texts the same: case and white space aside."""
    return " ".join(text.casefold().split())
