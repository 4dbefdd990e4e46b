"""All settings of a tagging run, as ``settings.toml`` holds them."""

from dataclasses import dataclass, field
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.tagged_table import TagFileSettings
from hiddenstate.data.text_split import TextSplitSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.recipe import with_recipe
from hiddenstate.workflows.tags.fit import RECIPE

TEST_SHARE = 0.15


@dataclass(frozen=True)
class TagRun:
    """From a tagged file to a tagger: one section for each part that takes a setting."""

    data: TagFileSettings = field(default_factory=TagFileSettings)
    task: TagSettings = field(default_factory=TagSettings)
    model: TaggerSettings = field(default_factory=TaggerSettings)
    split: TextSplitSettings = field(default_factory=lambda: TextSplitSettings(test=TEST_SHARE))
    training: TrainingSettings = RECIPE

    @property
    def label(self) -> str:
        """How the model is called in tables: BiLSTM-CRF, GRU."""
        return network_label(self.model)


def network_label(network: TaggerSettings) -> str:
    """How a network that tags is called: BiLSTM-CRF, GRU."""
    cell = CELLS[network.cell].label
    name = f"Bi{cell}" if network.bidirectional else cell
    return f"{name}-CRF" if network.output == "crf" else name


def complete(values: dict[str, Any]) -> TagRun:
    """The run that nested `values` describe; what they do not say about training comes from the recipe.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    split = {"test": TEST_SHARE, **values.get("split", {})}
    training = with_recipe(RECIPE, values.get("training", {}))
    return from_dict(TagRun, {**values, "split": split, "training": training})
