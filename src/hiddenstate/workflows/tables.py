"""A result as a table for people and spreadsheets: one row per series and time."""

import os
import sys
from pathlib import Path

import polars as pl

from hiddenstate.choices import closest
from hiddenstate.data.local_time import local_text
from hiddenstate.errors import OutputError
from hiddenstate.records import Forecast

WRITERS = {
    ".csv": pl.DataFrame.write_csv,
    ".parquet": pl.DataFrame.write_parquet,
    ".jsonl": pl.DataFrame.write_ndjson,
    ".ndjson": pl.DataFrame.write_ndjson,
}


def forecast_table(forecast: Forecast) -> pl.DataFrame:
    """Columns: series (where there are several), time (local, with its offset), then for each target the
    median under the target's own name and each quantile as ``name_q0.1``. One row per window and step.
    """
    windows, horizon = forecast.times.shape
    columns: dict[str, object] = {}
    if any(forecast.series):
        columns["series"] = [name for name in forecast.series for _ in range(horizon)]
    columns["time"] = local_text(forecast.times.reshape(-1), forecast.timezone)
    median = forecast.median()  # (n, h, c)
    for number, name in enumerate(forecast.targets):
        columns[name] = median[..., number].reshape(windows * horizon)
        for place, level in enumerate(forecast.levels):
            columns[f"{name}_q{level:g}"] = forecast.values[..., number, place].reshape(windows * horizon)
    return pl.DataFrame(columns)


def write_table(table: pl.DataFrame, path: Path, *, force: bool = False) -> None:
    """Write beside and rename, so that no half file stays. The ending chooses the format.

    Raises `OutputError` for an unknown ending, a file that stands there without `force`, or a disk
    that is full or not writable.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise OutputError(
            f'{path}: expected a file type that can be written, got "{path.suffix}". '
            f"{closest(path.suffix, WRITERS)}"
        )
    if path.exists() and not force:
        raise OutputError(f"{path}: expected a new file, got one that exists. Use --force to replace it.")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            writer(table, file)  # type: ignore[operator]
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path}: expected to write the result, got: {error.strerror or error}. "
            "Free space or choose another place; nothing was changed."
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def print_table(table: pl.DataFrame) -> None:
    """The table as CSV on standard output."""
    sys.stdout.write(table.write_csv())
