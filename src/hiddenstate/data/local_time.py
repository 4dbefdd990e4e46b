"""Instants as people read them."""

import numpy as np
import polars as pl
from numpy.typing import NDArray


def local_text(times: NDArray[np.datetime64], timezone: str) -> list[str]:
    """UTC instants as local ISO 8601 text with the offset of that day.

    >>> local_text(np.array(["2014-01-01T00:00"], dtype="datetime64[s]"), "Australia/Melbourne")
    ['2014-01-01T11:00:00+11:00']
    """
    stamps = (
        pl.Series(times.astype("datetime64[ms]")).dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)
    )
    return stamps.dt.strftime("%Y-%m-%dT%H:%M:%S%:z").to_list()
