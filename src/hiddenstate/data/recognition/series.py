"""Telling values over time."""

import re
from collections import Counter
from datetime import datetime
from itertools import pairwise

from hiddenstate.data.recognition.column import Column
from hiddenstate.data.recognition.grid import Grid
from hiddenstate.data.recognition.guess import Guess, Remedy
from hiddenstate.data.recognition.labelled_texts import header_needed

TARGET_NAMES = re.compile(
    r"target|^y$|^value$|demand|load|sales|^ot$|price|close|consumption|count|volume|power|traffic"
    r"|temperature"
    r"|wert|verbrauch|umsatz|menge|preis|ventes|valeur|prix|ventas|valor|precio|vendite|valore",
    re.IGNORECASE,
)
TIME_NAMES = frozenset(
    "time date datetime timestamp ts ds day hour month year period datum zeit zeitpunkt zeitstempel jahr monat tag "
    "fecha hora jour heure horodatage data ora mois año".split()
)
HORIZONS = ((90, 60), (1200, 96), (2700, 48), (5400, 24), (14 * 3600, 12), (3 * 86_400, 7), (20 * 86_400, 4))
"""Up to this step in seconds, so many steps are a natural horizon; 12 for months, 4 for longer ones."""


def guess_series(grid: Grid) -> Guess | None:
    """A column of stamps at a regular step beside columns of numbers."""
    time, clock = _time_column(grid)
    numbers = [column for column in grid.columns if _varies(column) and column is not time]
    if not numbers:
        return None
    if time is None:
        return _without_time(grid, numbers)
    texts = [column for column in grid.columns if column.free and column is not time]
    series = _series_column(grid, time)
    regular, step = _regularity(time, series)
    targets = sorted(numbers, key=lambda column: _targetness(column, texts), reverse=True)
    score = 0.55 + 0.35 * regular + 0.1 * (time.name.lower() in TIME_NAMES)
    score -= 0.4 * bool(texts) * (1.0 - regular) + 0.2 * bool(texts)
    score -= 0.3 * (time.distinct < 0.5 and series is None)
    evidence = [
        grid.described,
        f'"{time.name}" holds time stamps ({time.filled[0]} to {time.filled[-1]} in the sample); '
        f"{100 * regular:.0f} % of the steps between them are equal"
        + (f" ({_span(step)})." if step else "."),
        f"{len(numbers)} columns of numbers that vary: {', '.join(column.name for column in numbers[:6])}.",
    ]
    roles = {"time": time.name, "target": targets[0].name}
    if series is not None:
        roles["series"] = series.name
        evidence.append(f'"{series.name}" names one of {len(series.counts)} series in each row.')
    if len(targets) > 1:
        evidence.append(
            f'Taken as what is to be forecast: "{targets[0].name}"; it could be another one of the numbers.'
        )
    hindrances = []
    if not grid.header:
        hindrances.append(header_needed(grid, {time.name: "time", targets[0].name: "value"}))
        roles = {"time": "time", "target": "value"}
    if clock is not None:
        hindrances.append(
            Remedy(
                f'Date and time of day stand in two columns: join "{time.name}" and "{clock.name}" into one.'
            )
        )
    facts = {"rows": grid.total, "step_seconds": step, "horizon": _horizon(step), "columns": len(numbers)}
    return Guess("series", max(0.0, min(score, 1.0)), tuple(evidence), roles, tuple(hindrances), facts)


def _without_time(grid: Grid, numbers: list[Column]) -> Guess | None:
    """Numbers throughout but no stamps: perhaps a series whose step is known to its owner alone."""
    if len(numbers) < 0.6 * len(grid.columns) or any(column.free for column in grid.columns):
        return None
    smooth = max(_smoothness(column) for column in numbers)
    if smooth < 0.4:
        return None
    alone = len(grid.columns) == 1
    return Guess(
        "series",
        0.45 + 0.3 * smooth if alone else 0.4 * smooth,
        (
            grid.described,
            f"All numbers and no time stamps, but neighbouring rows are alike (correlation {smooth:.2f}): "
            "perhaps rows in the order of time.",
            "If each row is a thing of its own, a recurrent network is the wrong tool: try gradient boosting.",
        ),
        {"target": max(numbers, key=_smoothness).name},
        (Remedy("There is no column of time stamps: add one with the time of each row."),),
        {"rows": grid.total, "horizon": None, "step_seconds": None, "columns": len(numbers)},
    )


def _time_column(grid: Grid) -> tuple[Column | None, Column | None]:
    """The column of stamps, and one with the time of day where that stands apart."""
    found = [column for column in grid.columns if column.stamps or column.years]
    if not found:
        return None, None
    time = max(
        found, key=lambda column: (column.stamps, len(column.counts), column.name.lower() in TIME_NAMES)
    )
    clock = next((column for column in grid.columns if column.wall_times), None)
    return time, clock if clock is not None and all(":" not in value for value in time.filled[:20]) else None


def _varies(column: Column) -> bool:
    """Measured numbers, rather than a constant, a key or a stamp."""
    return column.numeric and len(column.counts) > 2 and not column.counting and not column.stamps


def _targetness(column: Column, texts: list[Column]) -> tuple[bool, bool, float]:
    return bool(TARGET_NAMES.search(column.name)), not column.years, column.distinct


def _series_column(grid: Grid, time: Column) -> Column | None:
    """A column within whose values no stamp stands twice, where they do in the whole."""
    if time.distinct > 0.95:
        return None
    for column in grid.columns:
        if column is time or not 2 <= len(column.counts) <= 0.5 * len(column.filled):
            continue
        if column.numeric and not column.whole:
            continue
        pairs = set(zip(column.values, time.values, strict=True))
        if len(pairs) > 0.97 * len(time.values):
            return column
    return None


def _regularity(time: Column, series: Column | None) -> tuple[float, float | None]:
    """The share of equal steps between neighbouring stamps, and the commonest step in seconds."""
    if series is None:
        stamps = [time.filled]
    else:
        rows: dict[str, list[str]] = {}
        for name, stamp in zip(series.values, time.values, strict=True):
            rows.setdefault(name, []).append(stamp)
        stamps = [tuple(values) for values in rows.values()]
    steps: Counter[float] = Counter()
    for values in stamps:
        seconds = sorted({second for value in values if (second := _seconds(value)) is not None})
        steps.update(b - a for a, b in pairwise(seconds))
    if not steps:
        return 0.0, None
    step = steps.most_common(1)[0][0]
    near = sum(count for length, count in steps.items() if abs(length - step) <= 0.12 * step)
    return near / sum(steps.values()), step


FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y",
    "%m-%d-%Y %H:%M:%S", "%m-%d-%Y %H:%M", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%d-%m-%y %H:%M", "%m-%d-%y %H:%M",
    "%m-%d-%Y %I:%M %p", "%d-%b-%Y", "%d-%b-%y", "%Y%m%d", "%Y%m%d %H%M", "%b %d, %Y", "%d %b %Y", "%d %B %Y",
    "%B %d, %Y", "%Y",
)  # fmt: skip


def _seconds(text: str) -> float | None:
    """Seconds of a stamp on an axis of its own: good enough to compare steps, not to tell the instant."""
    text = text.strip()
    if re.fullmatch(r"\d{9,10}", text):
        return float(text)
    if re.fullmatch(r"\d{12,13}", text):
        return float(text) / 1000
    quarter = re.fullmatch(r"(\d{4})-?[QqWw](\d{1,2})", text)
    if quarter:
        part = 7 * 86_400 if text[4:6].upper().find("W") >= 0 else 91.3 * 86_400
        return int(quarter[1]) * 365.25 * 86_400 + int(quarter[2]) * part
    plain = re.sub(r"(?<=:\d\d)[.,]\d+", "", text)
    plain = re.sub(r"(?<=\d) ?(Z|UTC|[+-]\d{2}:?\d{2})$", "", plain) if ":" in plain else plain
    plain = re.sub(r"(?<=\d)T(?=\d)", " ", plain)
    plain = re.sub(r"^(\d{1,4})[/.](\d{1,2})[/.](\d{1,4})", r"\1-\2-\3", plain)
    for form in FORMATS:
        try:
            return (datetime.strptime(plain, form) - datetime(1970, 1, 1)).total_seconds()
        except ValueError:
            continue
    return None


def _smoothness(column: Column) -> float:
    """Correlation of neighbouring values."""
    values = [float(value.replace(",", ".")) for value in column.filled if _plain(value)]
    if len(values) < 8:
        return 0.0
    mean = sum(values) / len(values)
    spread = sum((value - mean) ** 2 for value in values)
    if spread <= 0:
        return 0.0
    return sum((a - mean) * (b - mean) for a, b in pairwise(values)) / spread


def _plain(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _horizon(step: float | None) -> int | None:
    if step is None:
        return None
    return next((count for limit, count in HORIZONS if step <= limit), 12 if step < 40 * 86_400 else 4)


def _span(step: float) -> str:
    for length, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if step >= length:
            count = step / length
            return f"{count:g} {unit}{'' if count == 1 else 's'}"
    return f"{step:g} seconds"
