"""All settings of a forecasting run, as ``settings.toml`` holds them."""

from dataclasses import dataclass, field
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.split import SplitSettings
from hiddenstate.models.direct import DirectSettings
from hiddenstate.models.segments import SegmentSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.recipe import with_recipe

RECIPES: dict[str, TrainingSettings] = {
    "direct": TrainingSettings(
        epochs=60, batch_size=32, steps_per_epoch=60, learning_rate=6e-3, weight_decay=0.5, warmup_epochs=4.0,
        average_decay=0.99, patience=20,
    ),
    "segments": TrainingSettings(
        epochs=30, batch_size=32, steps_per_epoch=60, learning_rate=3e-3, warmup_epochs=1.0, average_decay=0.99,
        patience=8,
    ),
}  # fmt: skip
"""How each family is trained where nothing else is said; chosen on validation parts, see benchmarks/RESULTS.md."""


@dataclass(frozen=True)
class ForecastRun:
    """From a file to a forecaster: one section for each part that takes a setting."""

    data: SeriesSettings
    task: ForecastSettings
    split: SplitSettings = field(default_factory=SplitSettings)
    direct: DirectSettings = field(default_factory=DirectSettings)
    segments: SegmentSettings = field(default_factory=SegmentSettings)
    training: TrainingSettings = RECIPES["direct"]

    @property
    def label(self) -> str:
        """How the model is called in tables: the name of its cell, and of its family where that says more."""
        cell = CELLS[self.network.cell].label
        return cell if self.task.family == "direct" else f"{cell} over segments"

    @property
    def network(self) -> DirectSettings | SegmentSettings:
        """The section of the family in use."""
        return self.direct if self.task.family == "direct" else self.segments


def complete(values: dict[str, Any]) -> ForecastRun:
    """The run that nested `values` describe; what they do not say about training comes from the family's recipe.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    family = values["task"].get("family", "direct")
    if family in RECIPES:
        values = {**values, "training": with_recipe(RECIPES[family], values.get("training", {}))}
    return from_dict(ForecastRun, values)


def run_from(values: dict[str, Any]) -> ForecastRun:
    """The settings of an opened bundle."""
    return from_dict(ForecastRun, values)
