"""All settings of a classification run, as ``settings.toml`` holds them."""

from dataclasses import dataclass, field
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.text_split import TextSplitSettings
from hiddenstate.data.text_table import TextSettings
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.fit import RECIPE, recipe_for
from hiddenstate.workflows.recipe import with_recipe


@dataclass(frozen=True)
class ClassRun:
    """From a file of labelled texts to a classifier: one section for each part that takes a setting."""

    data: TextSettings
    task: ClassifySettings = field(default_factory=ClassifySettings)
    model: TextModelSettings = field(default_factory=TextModelSettings)
    split: TextSplitSettings = field(default_factory=lambda: TextSplitSettings(test=0.15))
    training: TrainingSettings = RECIPE

    @property
    def label(self) -> str:
        """How the model is called in tables: BiLSTM, GRU."""
        cell = CELLS[self.model.cell].label
        return f"Bi{cell}" if self.model.bidirectional else cell


def complete(values: dict[str, Any], texts: int | None = None) -> ClassRun:
    """The run that nested `values` describe; what they do not say about training comes from the recipe.

    `texts`: how many there are to learn from and to measure on, which the recipe depends on.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    split = {"test": 0.15, **values.get("split", {})}
    recipe = RECIPE if texts is None else recipe_for(texts)
    training = with_recipe(recipe, values.get("training", {}))
    return from_dict(ClassRun, {**values, "split": split, "training": training})
