"""Walk through a unit's equations: of a saved model, or of a toy cell that was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hiddenstate import plots
from hiddenstate.errors import InspectionError, OutputError
from hiddenstate.inspection import trace, walk
from hiddenstate.inspection.toy import TOY_INPUTS, toy_cell, toy_inputs
from hiddenstate.records import Walk
from hiddenstate.workflows.explain.explain import Question, look_inside
from hiddenstate.workflows.explain.inside import Reading


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which part of a model is walked through."""

    unit: int | None = None
    """None: of a model the one that moves most, of a toy all."""
    layer: int = 0
    """Counted from 0, in the order of the model."""
    first: int = 1
    count: int | None = None
    """Steps; None: all."""


def walk_model(folder: Path, question: Question, part: Part) -> plots.WalkTable:
    """One unit of a saved model on one text or at one moment.

    Raises `InspectionError` for a unit, layer or step that is not there, and as `explain`.
    """
    inside = look_inside(folder, question)
    if not 0 <= part.layer < len(inside.readings):
        names = "; ".join(f"{number}: {reading.layer.name}" for number, reading in enumerate(inside.readings))
        raise InspectionError(f"layer: expected one of ({names}), got {part.layer}. Correct the number.")
    reading = inside.readings[part.layer]
    unit = reading.liveliest() if part.unit is None else part.unit
    return plots.WalkTable(_walked(reading, unit, part))


def _walked(reading: Reading, unit: int, part: Part) -> Walk:
    return walk(reading.trace, unit=unit, first=part.first, count=part.count, input_names=reading.input_names)


def walk_toy(text: str, inputs: str | None, part: Part) -> list[plots.WalkTable]:
    """A cell typed as equations (see `inspection.toy`) on typed inputs, one walk for each unit."""
    x = toy_inputs(TOY_INPUTS if inputs is None else inputs)
    cell = toy_cell(text, features=x.shape[2])
    found = trace(cell, x)
    units: Sequence[int] = range(found[0].shape[2]) if part.unit is None else [part.unit]
    return [plots.WalkTable(walk(found, unit=unit, first=part.first, count=part.count)) for unit in units]


def save_walk(walks: Sequence[plots.WalkTable], out: Path, *, force: bool = False) -> Path:
    """The walks as an offline page, with a slider over the steps. Raises `OutputError`."""
    if out.exists() and not force:
        raise OutputError(f"{out}: expected a new file, got one that exists. Use --force to replace it.")
    labels = [step.label for step in sorted(walks[0].walk.steps, key=lambda step: step.number)]
    sections = [plots.Stepped("Step by step", labels, walks)]
    title = "A cell in numbers"
    return plots.Page(title, walks[0].title, sections).save(out)
