"""What is to be told apart, and how: section ``[task]`` of ``settings.toml``."""

from dataclasses import dataclass, field
from typing import Literal

from hiddenstate.data.characters import CharacterSettings
from hiddenstate.data.labels import LabelSettings
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import SettingsError

LONGEST_TEXT = 1000
"""Words that are read of a text unless the settings say otherwise; memory grows with the longest one."""


@dataclass(frozen=True, kw_only=True)
class ClassifySettings:
    """A classification task."""

    tokens: TokenSettings = field(default_factory=lambda: TokenSettings(longest=LONGEST_TEXT))
    labels: LabelSettings = field(default_factory=LabelSettings)
    characters: CharacterSettings = field(default_factory=CharacterSettings)
    min_count: int = 1
    """Times that a word must stand in the training text to be known; words of a vectors file are, anyway."""
    largest_vocabulary: int | None = None
    """Words at most, the most frequent ones."""
    class_weights: Literal["none", "balanced"] = "none"
    """"balanced": each class counts the same in training, however rare it is."""
    label_smoothing: float = 0.0
    """Share of each label's weight that is spread over all classes."""
    coarse_weight: float = 0.5
    """How much the coarse levels of a hierarchy count in training, beside 1 for the finest."""
    watch: Literal["loss", "error"] = "loss"
    """What early stopping looks at in the validation rows."""
    none_label: str | None = None
    """Label of rows that belong to no class: they are not learnt, but set the threshold of "none of these"."""
    none_share: float = 0.0
    """Share of right validation answers to give up for "none of these" where no row has the `none_label`."""
    members: int = 1
    """Networks whose probabilities are averaged, each from a seed of its own."""

    def __post_init__(self) -> None:
        for name in ("min_count", "largest_vocabulary", "members"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"{name}: expected 1 or more, got {value}. Correct the value.")
        for name in ("label_smoothing", "none_share"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise SettingsError(
                    f"{name}: expected a share from 0 to below 1, got {getattr(self, name)}. Correct the value."
                )
        if self.coarse_weight < 0.0:
            raise SettingsError(
                f"coarse_weight: expected 0 or more, got {self.coarse_weight}. Correct the value."
            )
