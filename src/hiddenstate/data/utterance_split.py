"""Train, validation and test for recordings: by group (speaker) where a column names groups."""

from dataclasses import dataclass

import numpy as np

from hiddenstate.data.split_shares import check_shares, held_back
from hiddenstate.data.text_split import Rows
from hiddenstate.data.transcripts import Utterances
from hiddenstate.errors import InputError
from hiddenstate.seeding import generator


@dataclass(frozen=True, kw_only=True)
class UtteranceSplitSettings:
    """Shares of the recordings; section ``[split]`` of ``settings.toml``."""

    validation: float = 0.1
    test: float | str = 0.15
    """A share, or the path of a table of its own."""
    seed: int = 0
    """Another seed, another split."""

    def __post_init__(self) -> None:
        check_shares(self.validation, self.test, "rows to train on")

    @property
    def test_share(self) -> float:
        """Share that is held back for the test: none where it has a table of its own."""
        return held_back(self.test)


def split_utterances(table: Utterances, settings: UtteranceSplitSettings) -> tuple[Rows, Rows, Rows]:
    """Which rows go to train, validation and test; groups are drawn whole, the same text may be in several parts.

    Raises `InputError` where a part that was asked for gets no row.
    """
    groups = table.groups or tuple(str(row) for row in range(len(table)))
    names = sorted(set(groups))
    order = generator(settings.seed, "utterances").permutation(len(names))
    rows_of = {name: [row for row, own in enumerate(groups) if own == name] for name in names}
    parts: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    shares = {"test": settings.test_share, "validation": settings.validation}
    for number in order:
        own = rows_of[names[int(number)]]
        part = next(
            (name for name, share in shares.items() if len(parts[name]) < share * len(table)), "train"
        )
        parts[part] += own
    for name, share in {**shares, "train": 1.0}.items():
        if share and not parts[name]:
            raise InputError(
                f"{table.source}: expected recordings for {name}, got none of {len(table)} in {len(names)} groups. "
                "Give more, or another share."
            )
    train, validation, test = (np.sort(np.array(rows, dtype=np.int64)) for rows in parts.values())
    return train, validation, test
