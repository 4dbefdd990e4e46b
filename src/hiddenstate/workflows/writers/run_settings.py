"""All settings of a generation run, as ``settings.toml`` holds them."""

from dataclasses import dataclass, field
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.book import BookSplitSettings
from hiddenstate.models.language_model import LanguageSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.generate_settings import GenerateSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.recipe import with_recipe

RECIPE = TrainingSettings(
    epochs=10, batch_size=32, learning_rate=5e-3, warmup_epochs=0.2, clip_norm=1.0, patience=3
)
"""How a language model is trained where nothing else is said."""


@dataclass(frozen=True)
class WriterRun:
    """From a text to a language model: one section for each part that takes a setting."""

    task: GenerateSettings = field(default_factory=GenerateSettings)
    model: LanguageSettings = field(default_factory=LanguageSettings)
    split: BookSplitSettings = field(default_factory=BookSplitSettings)
    training: TrainingSettings = RECIPE

    @property
    def label(self) -> str:
        """How the model is called in tables: LSTM."""
        return CELLS[self.model.cell].label


def complete(values: dict[str, Any]) -> WriterRun:
    """The run that nested `values` describe; what they do not say about training comes from the recipe.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    return from_dict(WriterRun, {**values, "training": with_recipe(RECIPE, values.get("training", {}))})
