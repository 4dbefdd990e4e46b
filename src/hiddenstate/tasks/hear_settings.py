"""What is to be told apart by ear, and how: section ``[task]`` of ``settings.toml``."""

from dataclasses import dataclass
from typing import Literal

from hiddenstate.data.sound.preparation import Standard
from hiddenstate.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class HearSettings:
    """A task of hearing classes."""

    cue: Literal["words", "tone"] = "words"
    """What tells the classes apart. "tone", as of emotions: pitch and loudness are kept, so settings that would blur
    them have other defaults."""
    standardise: Standard = "mean"
    """"mean": by each recording's own mean and the spread of all training frames. "utterance": by its own spread too.
    "training": by mean and spread of all training frames, which a stream can have."""
    cepstra: int = 13
    """Log-mel frames are cut down to so many cepstra, after they were varied: what is said, not who says it. 0: not."""
    class_weights: Literal["none", "balanced"] = "balanced"
    """"balanced": each class counts the same in training, however rare it is."""
    label_smoothing: float = 0.05
    """Share of each label's weight that is spread over all classes."""
    none_label: str | None = None
    """Label of sounds that belong to no class: they are not learnt, but set the threshold of "none of these"."""
    none_share: float = 0.0
    """Share of right validation answers to give up for "none of these" where no row has the `none_label`."""
    silence_db: float = 20.0
    """A sound so much quieter than the quietest training recording is silence: none of the classes."""
    members: int = 1
    """Networks whose probabilities are averaged, each from a seed of its own."""

    def __post_init__(self) -> None:
        if self.members < 1:
            raise SettingsError(f"task.members: expected 1 or more, got {self.members}. Correct the value.")
        if self.cepstra < 0:
            raise SettingsError(f"task.cepstra: expected 0 or more, got {self.cepstra}. Correct the value.")
        for name in ("label_smoothing", "none_share"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise SettingsError(
                    f"task.{name}: expected a share from 0 to below 1, got {getattr(self, name)}. Correct the value."
                )
