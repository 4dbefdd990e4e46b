"""All settings of a run on commands, as ``settings.toml`` holds them."""

from dataclasses import dataclass, field
from typing import Any

from hiddenstate.data.text_split import TextSplitSettings
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.recipe import with_recipe
from hiddenstate.workflows.tags.fit import RECIPE
from hiddenstate.workflows.tags.run_settings import TEST_SHARE, network_label


@dataclass(frozen=True, kw_only=True)
class CommandFileSettings:
    """What stands beside a file of commands; section ``[data]`` of ``settings.toml``."""

    vectors: tuple[str, ...] = ()
    """Files of word vectors to begin with; several stand side by side."""


@dataclass(frozen=True)
class IntentRun:
    """From a file of commands to a model: one section for each part that takes a setting."""

    data: CommandFileSettings = field(default_factory=CommandFileSettings)
    task: TagSettings = field(default_factory=TagSettings)
    intents: IntentSettings = field(default_factory=IntentSettings)
    model: TaggerSettings = field(default_factory=TaggerSettings)
    intent: IntentHeadSettings = field(default_factory=IntentHeadSettings)
    split: TextSplitSettings = field(default_factory=lambda: TextSplitSettings(test=TEST_SHARE))
    training: TrainingSettings = RECIPE

    @property
    def label(self) -> str:
        """How the model is called in tables: BiLSTM-CRF, GRU."""
        return network_label(self.model)


def complete(values: dict[str, Any]) -> IntentRun:
    """The run that nested `values` describe; what they do not say about training comes from the recipe.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    split = {"test": TEST_SHARE, **values.get("split", {})}
    training = with_recipe(RECIPE, values.get("training", {}))
    return from_dict(IntentRun, {**values, "split": split, "training": training})
