"""All settings of a hearing run, as ``settings.toml`` holds them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.sound.augment import AugmentSettings
from hiddenstate.data.sound.recordings import Recordings, lowest_rate
from hiddenstate.data.sound.split import SoundSplitSettings
from hiddenstate.data.sound.table import SoundFileSettings
from hiddenstate.models.hearing import HearingSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.hear_settings import HearSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.hearing.fit import (
    FEWEST_STEPS,
    FEWEST_TONE_STEPS,
    RECIPE,
    Ear,
    recipe_for,
)
from hiddenstate.workflows.recipe import with_recipe

TELEPHONE = FrontendSettings(rate=8000, bands=23)
"""Half the spectrum needs fewer bands: the lowest of 40 would lie between two lines of the Fourier transform."""

TONE = {
    # Bands show the pitch, and a mean of its own would hide how loud a recording is.
    "task": {"cepstra": 0, "standardise": "training"},
    # A faster copy has a higher voice.
    "augment": {"speed": 0.0, "gain_db": 0.0},
}
"""Settings that stand in for what is not said, where the tone of the voice counts."""


@dataclass(frozen=True)
class HearingRun:
    """From recordings to a model that hears: one section for each part that takes a setting."""

    data: SoundFileSettings = field(default_factory=SoundFileSettings)
    frontend: FrontendSettings = field(default_factory=FrontendSettings)
    task: HearSettings = field(default_factory=HearSettings)
    model: HearingSettings = field(default_factory=HearingSettings)
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    split: SoundSplitSettings = field(default_factory=SoundSplitSettings)
    training: TrainingSettings = RECIPE

    @property
    def label(self) -> str:
        """How the model is called in tables: BiGRU, LSTM."""
        cell = CELLS[self.model.cell].label
        return f"Bi{cell}" if self.model.bidirectional else cell

    @property
    def ear(self) -> Ear:
        """What training needs of it."""
        return Ear(self.task, self.model, self.augment)

    def recordings(self) -> Recordings:
        """A reader with these settings."""
        return Recordings(self.data, self.frontend)

    def at_rate_of(self, files: Sequence[str]) -> "HearingRun":
        """The same at the lowest sample rate of the files, if that is lower: nobody hears what some do not have.

        At the rate of a telephone fewer mel bands are made, unless their number was chosen.
        """
        rate = lowest_rate(files, at_most=self.frontend.rate)
        own = replace(self.frontend, rate=rate)
        if rate <= TELEPHONE.rate and own.bands == FrontendSettings().bands:
            own = replace(own, bands=TELEPHONE.bands)
        return replace(self, frontend=own)


def complete(values: dict[str, Any], recordings: int | None = None) -> HearingRun:
    """The run that nested `values` describe; what they do not say about training comes from the recipe for so many
    training `recordings`.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    tone = values.get("task", {}).get("cue") == "tone"
    if tone:
        values = values | {name: own | values.get(name, {}) for name, own in TONE.items()}
    if values.get("model", {}).get("bidirectional") is False:
        # What reads forwards is meant for streams: it gets what these can have, unless something else was said.
        values = {
            **values,
            "model": {"pool": "max", **values["model"]},
            "task": {"standardise": "training", **values.get("task", {})},
        }
    fewest_steps = FEWEST_TONE_STEPS if tone else FEWEST_STEPS
    recipe = RECIPE if recordings is None else recipe_for(recordings, fewest_steps)
    training = with_recipe(recipe, values.get("training", {}))
    return from_dict(HearingRun, {**values, "training": training})
