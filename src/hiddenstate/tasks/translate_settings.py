"""What is translated, and how sentences become pieces: section ``[task]`` of ``settings.toml``."""

from dataclasses import dataclass
from typing import Literal

from hiddenstate.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class TranslateSettings:
    """A task of translation."""

    pieces: int = 5000
    """Pieces of words at most, learnt on both sides of the training pairs together."""
    lower_case: Literal["none", "source", "both"] = "source"
    """Which sides are read in lower case: "source" understands sentences however they are written."""
    label_smoothing: float = 0.1
    """Share of the probability that training spreads over all pieces."""
    watch: Literal["loss", "bleu"] = "bleu"
    """What chooses between epochs on the validation rows: the loss, or 1 - BLEU of greedy search."""

    twin: bool = False
    """Whether the same network without attention is trained, too, to be measured beside it."""

    def __post_init__(self) -> None:
        if self.pieces < 10:
            raise SettingsError(
                f"pieces: expected 10 or more, got {self.pieces}. 4000 to 8000 suit most files."
            )
        if not 0.0 <= self.label_smoothing < 1.0:
            raise SettingsError(
                f"label_smoothing: expected a share from 0 to below 1, got {self.label_smoothing}. Use 0 for none."
            )

    def cased(self, text: str, side: Literal["source", "target"]) -> str:
        """A text of that side as the network knows it."""
        return text.lower() if self.lower_case in (side, "both") else text
