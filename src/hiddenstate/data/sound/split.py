"""Train, validation and test for recordings: whole speakers in each part, where a column says who speaks."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.text_split import TextSplitSettings, split_rows
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError, SettingsError
from hiddenstate.seeding import generator

FEWEST_GROUPS = 3
Rows = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class SoundSplitSettings:
    """Shares of the recordings; section ``[split]`` of ``settings.toml``."""

    validation: float = 0.15
    test: float | str = 0.15
    """A share, or the path of a table or a folder of recordings."""
    random: bool = False
    """Splits recording by recording even where a column says who speaks: speakers then stand in several parts."""
    seed: int = 0
    """Another seed, another split."""

    def __post_init__(self) -> None:
        self.shares()

    def shares(self) -> TextSplitSettings:
        """The same for rows. Raises `SettingsError` for shares that leave nothing to train on."""
        if self.validation == 0.0:
            raise SettingsError("split.validation: expected a share above 0 to choose on, got 0. Give 0.15.")
        return TextSplitSettings(validation=self.validation, test=self.test, seed=self.seed)


def split_recordings(table: TextTable, settings: SoundSplitSettings) -> tuple[Rows, Rows, Rows]:
    """Rows for train, validation and test: by groups where the table has them, else the same share of each label.

    Raises `InputError` for fewer than three groups, and where a part that should have rows gets none.
    """
    if table.groups is None or settings.random:
        rows = TextTable(table.texts, table.labels, table.source)
        return split_rows(rows, settings.shares())
    groups: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(table.groups):
        groups[name or f"\0{row}"].append(row)
    if len(groups) < FEWEST_GROUPS:
        raise InputError(
            f"{table.source}: expected at least {FEWEST_GROUPS} groups, one for each part, got {len(groups)}. "
            "Record more speakers, or set split.random to true and read the warning."
        )
    names = sorted(groups)
    order = [names[place] for place in generator(settings.seed, "split").permutation(len(names))]
    test_share = settings.shares().test_share
    taken = [_take(order, share * len(table), groups) for share in (test_share, settings.validation)]
    test, validation = (np.sort(np.array(rows, dtype=np.int64)) for rows in taken)
    return (
        np.sort(np.array([row for name in order for row in groups[name]], dtype=np.int64)),
        validation,
        test,
    )


def _take(order: list[str], wanted: float, groups: dict[str, list[int]]) -> list[int]:
    """The rows of whole groups from the end of `order`: at least one, then as many as come nearest to `wanted`."""
    rows: list[int] = []
    while wanted and len(order) > 1 and (not rows or len(rows) + len(groups[order[-1]]) / 2 < wanted):
        rows += groups[order.pop()]
    return rows
