"""How numbers are written: thousands separated, as many digits as carry meaning, a dash for "not known"."""

import json
import math
from collections.abc import Iterable, Mapping

UNKNOWN = "–"
NO_BREAK = "\N{NO-BREAK SPACE}"


def number(value: float | None, significant: int = 3) -> str:
    """Write a number for people: at least `significant` digits, whole thousands in full.

    >>> number(4512.34), number(128.44), number(3.714), number(0.04231), number(float("nan"))
    ('4,512', '128', '3.71', '0.0423', '–')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if 0 < abs(value) < 1e-3:
        return f"{value:.{significant}g}"
    return fixed(value, decimals([value], significant))


def decimals(values: Iterable[float], significant: int = 3) -> int:
    """Decimals with which the smallest of `values` (by size, zero aside) shows `significant` digits; 0 to 6.

    >>> decimals([3.7, 12.5]), decimals([0.04]), decimals([1500.0]), decimals([])
    (2, 4, 0, 0)
    """
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    if not sizes:
        return 0
    leading = math.floor(math.log10(min(sizes)))
    return max(0, min(6, significant - 1 - leading))


def fixed(value: float | None, places: int) -> str:
    """Write `value` with exactly `places` decimals and thousands separators.

    >>> fixed(1234.5, 1), fixed(-0.001, 2), fixed(None, 2)
    ('1,234.5', '0.00', '–')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) >= 1e12 or 0 < abs(value) < 1e-6:
        return f"{value:.2e}"
    text = f"{value:,.{places}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def finite(value: float) -> float | None:
    """The value as JSON can carry it: ``None`` where it is not a finite number."""
    return float(value) if math.isfinite(value) else None


def labelled(name: str, unit: str | None) -> str:
    """An axis label with its unit in brackets.

    >>> labelled("demand", "MW"), labelled("demand", None), labelled("error", "")
    ('demand (MW)', 'demand (unit of the data)', 'error')
    """
    if unit == "":
        return name
    return f"{name} ({unit or 'unit of the data'})"


def with_unit(value: float | None, unit: str | None) -> str:
    """A number followed by its unit where one is known: ``"4,512 MW"``, never broken over two lines."""
    text = number(value)
    return text if text == UNKNOWN or not unit else f"{text}{NO_BREAK}{unit}"


def axis_format(values: Iterable[float]) -> str:
    """How an axis writes its numbers so that they stay short: with separators, ``300M`` or ``4e-5``.

    >>> axis_format([0.0, 4500.0]), axis_format([3e8]), axis_format([2e-4])
    (',f', '~s', '~e')
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return "~s" if largest >= 1e6 else "~e" if 0 < largest < 1e-3 else ",f"


def whole_ticks(first: float, last: float, most: int = 9) -> list[int]:
    """Whole round numbers from `first` to `last`, at most `most` of them.

    >>> whole_ticks(1, 5), whole_ticks(1, 22), whole_ticks(0.5, 24)
    ([1, 2, 3, 4, 5], [3, 6, 9, 12, 15, 18, 21], [3, 6, 9, 12, 15, 18, 21, 24])
    """
    low, high = math.ceil(first), math.floor(last)
    for step in (size * 10**power for power in range(9) for size in (1, 2, 3, 5)):
        ticks = list(range(math.ceil(low / step) * step, high + 1, step))
        if len(ticks) <= most:
            return ticks
    return [low, high]


def label_expression(labels: Mapping[float, str | list[str]]) -> str:
    """A Vega expression that looks an axis label up by its place; a list is written on several lines.

    >>> label_expression({0: "00:00", 6.5: "06:30"})
    '{"0": "00:00", "6.5": "06:30"}[datum.value]'
    """
    return json.dumps({f"{place:g}": text for place, text in labels.items()}) + "[datum.value]"
