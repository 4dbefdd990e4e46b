"""What every verb that answers hands on: a table, what people see, what programs read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Partial:
    """What was heard of a recording up to some moment of it."""

    seconds: float
    """From its start."""
    text: str
    last: bool
    """Whether the recording ends here."""


@dataclass(frozen=True)
class Answers:
    """What a model says about new input."""

    table: pl.DataFrame
    """For spreadsheets: one row an answer."""
    shown: Sequence[Any] = ()
    """For people, where there are few answers; what `rich` prints."""
    records: Sequence[Mapping[str, Any]] = ()
    """For programs, where a table is too flat: one object an answer; without them the rows of the table."""
