"""Small panels whose right answers are known."""

from collections.abc import Callable

import numpy as np
import pytest

from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.windows import Origins

HOUR = 3600


def build_panel(
    *targets,
    known=None,
    past=None,
    step_seconds=HOUR,
    step_months=None,
    filled=None,
    timezone="UTC",
    start="2023-01-02T00:00:00",
) -> Panel:
    """A panel of one series for each array (n,) or (n, c); the first day is a Monday."""
    clock = Clock(
        np.datetime64(start, "s"), None if step_months else step_seconds, step_months, timezone=timezone
    )
    series = []
    for number, values in enumerate(targets):
        values = np.asarray(values, dtype=np.float32).reshape(len(values), -1)
        n = len(values)
        series.append(
            Series(
                "" if len(targets) == 1 else f"s{number}",
                clock,
                values,
                np.zeros((n, 0), np.float32)
                if known is None
                else np.asarray(known, np.float32).reshape(n, -1),
                np.zeros((n, 0), np.float32) if past is None else np.asarray(past, np.float32).reshape(n, -1),
                np.zeros(n, bool) if filled is None else filled,
            )
        )
    first = series[0]
    names = [
        tuple(f"{part}{number}" for number in range(array.shape[1]))
        for part, array in (("y", first.targets), ("k", first.known), ("p", first.past))
    ]
    return Panel(tuple(series), *names, Repairs(), "test.csv")


def build_origins(positions, series=0) -> Origins:
    positions = np.asarray(positions, dtype=np.int64)
    return Origins(np.full(len(positions), series, dtype=np.int64), positions)


@pytest.fixture
def make_panel() -> Callable[..., Panel]:
    return build_panel


@pytest.fixture
def at() -> Callable[..., Origins]:
    """Origins at some positions of one series."""
    return build_origins


@pytest.fixture
def demand(make_panel) -> Panel:
    """200 days of hourly demand: a daily wave, quieter weekends, noise; one covariate that drives it."""
    random = np.random.default_rng(0)
    hours = np.arange(200 * 24)
    temperature = 15 + 8 * np.sin(2 * np.pi * hours / (24 * 37)) + random.normal(size=len(hours))
    holiday = (random.uniform(size=200) < 0.1).repeat(24)
    weekend = (hours // 24) % 7 >= 5
    level = 100 + 20 * np.sin(2 * np.pi * hours / 24) - 15 * weekend - 10 * holiday
    heating = 3 * np.abs(temperature - 15)
    values = level + heating + random.normal(size=len(hours))
    return make_panel(values, known=np.stack([temperature, holiday], axis=1))


@pytest.fixture
def midnights(at) -> tuple[Origins, Origins]:
    """Training and test origins of `demand`, with three weeks before the first."""
    days = np.arange(21, 199)
    return at(days[:130] * 24), at(days[130:] * 24)
