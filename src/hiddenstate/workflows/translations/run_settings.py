"""All settings of a run of translation, as ``settings.toml`` holds them."""

from dataclasses import dataclass, field
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.pairs import PairFileSettings
from hiddenstate.data.text_split import TextSplitSettings
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import TranslatorSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.translate_settings import TranslateSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.recipe import with_recipe
from hiddenstate.workflows.translations.fit import RECIPE

SHARE = 0.05
"""Of the pairs for validation, and again for the test."""


@dataclass(frozen=True)
class TranslateRun:
    """From a file of pairs to a translator: one section for each part that takes a setting."""

    data: PairFileSettings = field(default_factory=PairFileSettings)
    task: TranslateSettings = field(default_factory=TranslateSettings)
    model: TranslatorSettings = field(default_factory=TranslatorSettings)
    search: BeamSettings = field(default_factory=BeamSettings)
    split: TextSplitSettings = field(default_factory=lambda: TextSplitSettings(validation=SHARE, test=SHARE))
    training: TrainingSettings = RECIPE

    @property
    def label(self) -> str:
        """How the model is called in tables."""
        return network_label(self.model)


def network_label(network: TranslatorSettings) -> str:
    """How a network that translates is called: LSTM with general attention."""
    cell = CELLS[network.cell].label
    how = "without attention" if network.attention == "none" else f"with {network.attention} attention"
    return f"{cell} {how}"


def complete(values: dict[str, Any]) -> TranslateRun:
    """The run that nested `values` describe; what they do not say about training comes from the recipe.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    split = {"validation": SHARE, "test": SHARE, **values.get("split", {})}
    training = with_recipe(RECIPE, values.get("training", {}))
    return from_dict(TranslateRun, {**values, "split": split, "training": training})
