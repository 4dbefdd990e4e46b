"""All settings of a transcription run, as ``settings.toml`` holds them."""

from dataclasses import dataclass, field
from typing import Any

from hiddenstate.cells import CELLS
from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.transcripts import TranscriptSettings
from hiddenstate.data.utterance_batches import AugmentSettings
from hiddenstate.data.utterance_split import UtteranceSplitSettings
from hiddenstate.models.transcriber import TranscriberSettings
from hiddenstate.settings import from_dict
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.recipe import with_recipe
from hiddenstate.workflows.transcripts.fit import RECIPE


@dataclass(frozen=True)
class TranscriptRun:
    """From recordings with texts to a transcriber: one section for each part that takes a setting."""

    data: TranscriptSettings = field(default_factory=TranscriptSettings)
    frontend: FrontendSettings = field(default_factory=FrontendSettings)
    """How sound becomes frames; files of features are read as they are."""
    task: TranscribeSettings = field(default_factory=TranscribeSettings)
    model: TranscriberSettings = field(default_factory=TranscriberSettings)
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    split: UtteranceSplitSettings = field(default_factory=UtteranceSplitSettings)
    training: TrainingSettings = RECIPE

    @property
    def label(self) -> str:
        """How the model is called in tables: BiGRU-CTC."""
        cell = CELLS[self.model.cell].label
        return f"Bi{cell}-CTC" if self.model.bidirectional else f"{cell}-CTC"


def complete(values: dict[str, Any]) -> TranscriptRun:
    """The run that nested `values` describe; what they do not say about training comes from the recipe.

    Raises `SettingsError` for an unknown or wrong setting, naming its place.
    """
    task = values.get("task", {})
    shift = values.get("frontend", {}).get("shift_ms")
    if isinstance(shift, int | float) and isinstance(task, dict):
        task = {"frame_seconds": shift / 1000.0, **task}
    training = with_recipe(RECIPE, values.get("training", {}))
    return from_dict(TranscriptRun, {**values, "task": task, "training": training})
