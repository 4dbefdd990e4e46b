"""The audit of a split by time: order, horizons, repeated stretches, and covariates that know the future."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.audit.finding import Finding
from hiddenstate.data.panel import Panel, Values
from hiddenstate.data.split import Span, Split
from hiddenstate.data.windows import Origins

FEWEST_STEPS, FEWEST_VALUES = 8, 5
"""Of a stretch that is compared: shorter or flatter ones are equal by chance."""
LONGEST_SEARCH = 300_000
"""Steps of a series up to which a repeated stretch is found at any place; beyond, every stretch's own length."""
KNOWN_RESIDUAL, PAST_RESIDUAL = 1e-3, 1e-2
"""Shares of what is left unexplained below which a covariate is the target in disguise."""
MOST_LEADS = 400
Array = NDArray[np.float64]


def audit_series(
    panel: Panel, split: Split, origins: Mapping[str, Origins], *, lookback: int, horizon: int
) -> Iterator[Finding]:
    """Check a split and the windows at `origins` (by part: training, validation, test)."""
    yield _order(panel, split)
    yield _horizons(split, origins, horizon, lookback)
    yield _repeats(panel, split)
    yield from _covariates(panel, horizon)


def _order(panel: Panel, split: Split) -> Finding:
    for one, other, names in (
        (split.train, split.validation, "training and validation"),
        (split.validation, split.test, "validation and test"),
        (split.train, split.test, "training and test"),
    ):
        overlap = int(np.maximum(one.stop - other.first, 0)[other.stop > other.first].sum())
        if overlap:
            return Finding("order", "leak", f"{names.capitalize()} share {overlap:,} steps of time.", overlap)
    count = len(panel.series)
    instants = "" if count == 1 else f", at the same instants for all {count} series"
    return Finding("order", "fine", f"Split by time{instants}: training, then validation, then test.")


def _horizons(split: Split, origins: Mapping[str, Origins], horizon: int, lookback: int) -> Finding:
    """Windows whose horizon reaches out of their own part."""
    spans: dict[str, Span] = {"training": split.train, "validation": split.validation, "test": split.test}
    for name, windows in origins.items():
        span = spans[name]
        outside = (windows.position < span.first[windows.series]) | (
            windows.position + horizon > span.stop[windows.series]
        )
        if count := int(outside.sum()):
            return Finding(
                "horizon overlap",
                "leak",
                f"{count:,} of {len(windows):,} {name} windows have a horizon that reaches out of the {name} part.",
                count,
            )
    return Finding(
        "horizon overlap",
        "fine",
        f"The horizon of every window lies in its own part; look-backs of up to {lookback:,} steps reach into the part "
        "before, as they will in use.",
    )


def _repeats(panel: Panel, split: Split) -> Finding:
    """Stretches of one season (a day, say) in the test part that stand in the earlier parts, value for value."""
    seasons = list(panel.clock.seasons().values())
    length = max(seasons[0] if seasons else FEWEST_STEPS, FEWEST_STEPS)
    repeated = total = 0
    examples: list[str] = []
    for number, series in enumerate(panel.series):
        first, stop = int(split.test.first[number]), int(split.test.stop[number])
        targets = np.ascontiguousarray(series.targets[:stop], dtype=np.float32)
        earlier = _stretches(targets[:first], length, 1 if first <= LONGEST_SEARCH else length)
        for begin in range(first, stop - length + 1, length):
            stretch = targets[begin : begin + length]
            if not _telling(stretch):
                continue
            total += 1
            if stretch.tobytes() in earlier:
                repeated += 1
                local = series.clock.local(series.clock.at(np.array([begin])))[0]
                examples.append(f"{series.name} {local.astype('datetime64[m]')}".strip().replace("T", " "))
    if not repeated:
        return Finding(
            "repeated stretches",
            "fine",
            f"None of {total:,} test stretches of {length} steps stands in the earlier parts, value for value.",
        )
    return Finding(
        "repeated stretches",
        "leak",
        f"{repeated:,} of {total:,} test stretches of {length} steps stand in the earlier parts, value for value.",
        repeated,
        tuple(examples[:3]),
    )


def _stretches(values: Values, length: int, stride: int) -> set[bytes]:
    return {values[at : at + length].tobytes() for at in range(0, len(values) - length + 1, stride)}


def _telling(stretch: Values) -> bool:
    """Known throughout, and of enough different values not to be equal by chance."""
    return bool(np.isfinite(stretch).all()) and len(np.unique(stretch)) >= FEWEST_VALUES


def _covariates(panel: Panel, horizon: int) -> Iterator[Finding]:
    """Columns that are the target, now or later, but for a factor and a constant."""
    found = []
    for target, target_name in enumerate(panel.target_names):
        for column, name in enumerate(panel.known_names):
            if _disguised(panel, target, "known", column):
                found.append(
                    f'"{name}", said to be known beforehand, equals "{target_name}" up to a factor and a constant'
                )
        for column, name in enumerate(panel.past_names):
            lead = _lead(panel, target, column, horizon)
            if lead:
                found.append(f'"{name}" shows "{target_name}" {lead} steps before it happens')
    if found:
        yield Finding("target in covariates", "leak", f"{'; '.join(found)}.", len(found))
    elif panel.known_names or panel.past_names:
        yield Finding("target in covariates", "fine", "No covariate is the target, or a later value of it.")


def _disguised(panel: Panel, target: int, part: str, column: int) -> bool:
    values = [
        (getattr(series, part)[: series.observed, column], series.targets[: series.observed, target])
        for series in panel.series
    ]
    x, y = (np.concatenate(side).astype(np.float64) for side in zip(*values, strict=True))
    return _unexplained(x, y) < KNOWN_RESIDUAL


def _lead(panel: Panel, target: int, column: int, horizon: int) -> int:
    """By how many steps the covariate runs ahead of the target, or 0."""
    series = max(panel.series, key=len)
    x = np.asarray(series.past[: series.observed, column], dtype=np.float64)
    y = np.asarray(series.targets[: series.observed, target], dtype=np.float64)
    for lead in range(1, min(horizon, MOST_LEADS, len(y) // 2) + 1):
        ahead = _unexplained(x[:-lead], y[lead:])
        # A slow series is nearly its own future: the covariate must know far more than that.
        if ahead < KNOWN_RESIDUAL and ahead < PAST_RESIDUAL * _unexplained(y[:-lead], y[lead:]):
            return lead
    return 0


def _unexplained(x: Array, y: Array) -> float:
    """Share of the variance of y that a straight line in x leaves; 1 where there is nothing to compare."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) < 3 * FEWEST_STEPS or len(np.unique(y)) < 3:
        return 1.0
    x, y = x - x.mean(), y - y.mean()
    over, under = float(x @ y) ** 2, float(x @ x) * float(y @ y)
    return 1.0 - over / under if under > 0 else 1.0
