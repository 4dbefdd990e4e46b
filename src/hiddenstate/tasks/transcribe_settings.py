"""How recordings are read and texts are searched: section ``[task]`` of ``settings.toml``."""

from dataclasses import dataclass
from typing import Literal

from hiddenstate.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class TranscribeSettings:
    """A transcription task."""

    deltas: bool = True
    """Whether first and second changes of each feature are read, too."""
    standardise: Literal["recording", "training"] = "recording"
    """Each feature by its mean and spread over the recording, or over all of training, as a live stream needs it."""
    frame_seconds: float = 0.01
    """From one frame to the next, for time stamps."""
    beam: int = 16
    """Texts that are followed side by side; 1: the most likely letter of each step."""
    order: int = 6
    """Letters that the language model looks at together, the next one included; 0: no language model."""
    members: int = 1
    """Networks trained and averaged."""

    def __post_init__(self) -> None:
        for name, least in (("beam", 1), ("order", 0), ("members", 1)):
            if getattr(self, name) < least:
                raise SettingsError(
                    f"task.{name}: expected {least} or more, got {getattr(self, name)}. Correct it."
                )
        if not self.frame_seconds > 0:
            raise SettingsError(
                f"task.frame_seconds: expected a time above 0, got {self.frame_seconds}. Correct it."
            )
