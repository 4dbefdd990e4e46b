"""All settings of a forecasting run, as ``settings.toml`` holds them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.split import SplitSettings
from hiddenstate.errors import SettingsError
from hiddenstate.models.direct import DirectSettings
from hiddenstate.models.segments import SegmentSettings
from hiddenstate.settings import from_dict, to_dict
from hiddenstate.tasks.forecast_settings import ForecastSettings
from hiddenstate.training import TrainingSettings

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


def read_run(
    file: Path | None, adjust: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values
) -> ForecastRun:
    """Settings from a TOML file, if there is one, after `adjust` has put the command line's in.

    Raises `SettingsError` for an unknown or missing setting, naming its place and the flag to use.
    """
    values = adjust(_read(file) if file is not None else {})
    needed = {"data.time": "--time", "data.targets": "--target", "task.horizon": "--horizon"}
    for place, flag in needed.items():
        table, key = place.split(".")
        if key not in values.get(table, {}):
            raise SettingsError(
                f"{flag}: expected a value, got nothing. Say it, or set {place} in a TOML file."
            )
    family = values["task"].get("family", "direct")
    if family in RECIPES:
        values["training"] = _with_recipe(to_dict(RECIPES[family]), values.get("training", {}))
    return from_dict(ForecastRun, values)


def run_from(values: dict[str, Any]) -> ForecastRun:
    """The settings of an opened bundle."""
    return from_dict(ForecastRun, values)


def _with_recipe(recipe: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What was said about training, the rest by the recipe; its warm-up shrinks with the epochs."""
    epochs = said.get("epochs")
    if isinstance(epochs, int) and "warmup_epochs" not in said:
        recipe["warmup_epochs"] = min(recipe["warmup_epochs"], max(epochs, 0) / 4)
    return {**recipe, **said}


def _read(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: expected a readable TOML file, got: {error}. Check the path.") from None
