"""What a model says about new input, for spreadsheets, people and programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Answers:
    """What a model says about new input."""

    table: pl.DataFrame
    """For spreadsheets: one row an answer."""
    shown: Sequence[Any] = ()
    """For people, where there are few answers; what `rich` prints."""
    records: Sequence[Mapping[str, Any]] = ()
    """For programs, where a table is too flat: one object an answer; without them the rows of the table."""
