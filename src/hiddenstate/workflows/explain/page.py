"""What was found inside, as one offline page, and as pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hiddenstate import plots
from hiddenstate.errors import InspectionError
from hiddenstate.inspection import walk
from hiddenstate.workflows.explain.inside import Inside, Reading

PARTS = ("units", "gates", "walk", "memory")
"""What every recurrent model can show."""
MOST_WALKED = 60
"""Steps up to which a page holds the equations of every one."""
MOST_READINGS = 4
"""Layers and directions that stand open on the page; more are folded away."""


def chosen_parts(inside: Inside, wanted: Sequence[str]) -> tuple[str, ...]:
    """The parts to show, all where none is named.

    Raises `InspectionError` for one that this model does not have, saying what it can show instead.
    """
    valid = (*inside.shown, *PARTS)
    for part in wanted:
        if part in inside.lacking:
            raise InspectionError(f"{part}: {inside.lacking[part]}")
        if part not in valid:
            raise InspectionError(f'show: expected some of {", ".join(valid)}, got "{part}". Correct it.')
    return tuple(part for part in valid if not wanted or part in wanted)


def page(inside: Inside, parts: Sequence[str], unit: int | None = None) -> plots.Page:
    """The page: the answer first, then what led to it. `unit` is the one whose gates are shown."""
    sections: list[plots.Section] = [plots.Verdict(inside.headline, inside.text)]
    for part, shown in inside.shown.items():
        if part in parts:
            sections += shown()
    readings = [_stepped(reading, parts, unit) for reading in inside.readings]
    stepped = [section for section in readings if section is not None]
    sections += stepped[:MOST_READINGS]
    if len(stepped) > MOST_READINGS:
        sections.append(plots.Details("Further layers", stepped[MOST_READINGS:]))
    if "memory" in parts:
        sections += _memory(inside)
    return plots.Page(inside.title, inside.subtitle, sections)


def charts(inside: Inside, parts: Sequence[str], unit: int | None = None) -> Iterator[tuple[str, Any]]:
    """(name of a file, chart) of every chart on the page, and of what stands there in words and colours."""
    for part, shown in inside.shown.items():
        if part in parts:
            drawn = enumerate(_drawn(shown()), start=1)
            yield from ((f"{part}-{number}", chart) for number, chart in drawn)
    for number, reading in enumerate(inside.readings, start=1):
        name = f"{number}-{_file_name(reading)}"
        if "units" in parts:
            yield f"units-{name}", plots.unit_map(reading.trace)
        if "gates" in parts:
            yield f"gates-{name}", plots.gates(reading.trace, unit=_unit(reading, unit))
    for name, draw in inside.pictures.items():
        if name in parts:
            yield name, draw()
    if "memory" in parts:
        remembered = inside.memory()
        yield "half-lives", plots.half_lives(remembered)
        for number, layer in enumerate(remembered.layers, start=1):
            if layer.low:
                yield f"saturation-{number}", plots.saturation(layer)


def _drawn(sections: Sequence[plots.Section]) -> Iterator[Any]:
    """The charts of sections, those under a slider too."""
    for section in sections:
        if isinstance(section, plots.Chart):
            yield section.chart
        elif isinstance(section, plots.Stepped):
            yield from _drawn(section.sections)


def save_charts(inside: Inside, parts: Sequence[str], folder: Path, unit: int | None = None) -> list[Path]:
    """Every chart as PNG and SVG in `folder`, which is made. Raises `OutputError`."""
    saved = []
    for name, chart in charts(inside, parts, unit):
        for ending in ("png", "svg"):
            saved.append(plots.save_chart(chart, folder / f"{name}.{ending}"))
    return saved


def _unit(reading: Reading, unit: int | None) -> int:
    if unit is None:
        return reading.liveliest()
    reading.layer.check_unit(unit)
    return unit


def _stepped(reading: Reading, parts: Sequence[str], unit: int | None) -> plots.Section | None:
    """One layer: all units, the gates of one, and its equations in numbers, under one slider."""
    chosen = _unit(reading, unit)
    sections: list[plots.Section] = []
    if "units" in parts:
        sections.append(plots.Chart(plots.unit_map(reading.trace)))
    if "gates" in parts:
        sections.append(plots.Chart(plots.gates(reading.trace, unit=chosen)))
    walkable = reading.layer.weights is not None and 0 < len(reading.labels) <= MOST_WALKED
    if "walk" in parts and walkable:
        sections.append(plots.WalkTable(walk(reading.trace, unit=chosen, input_names=reading.input_names)))
    return plots.Stepped(f"Inside {reading.layer.name}", reading.labels, sections) if sections else None


def _memory(inside: Inside) -> list[plots.Section]:
    remembered = inside.memory()
    sections: list[plots.Section] = [plots.Chart(plots.half_lives(remembered))]
    for place, layer in enumerate(remembered.layers):
        if layer.low:
            sections.append(plots.Chart(plots.saturation(layer)))
        sections.append(plots.memory_table(remembered, layer=place))
    return [sections[0], plots.Details("Gates and units in figures", sections[1:])]


def _file_name(reading: Reading) -> str:
    """A name that every file system takes."""
    name = reading.layer.name.lower()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name).split())
