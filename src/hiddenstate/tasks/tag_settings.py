"""What words are tagged with, and how: section ``[task]`` of ``settings.toml``."""

from dataclasses import dataclass, field
from typing import Literal

from hiddenstate.data.characters import CharacterSettings
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class TagSettings:
    """A tagging task."""

    tokens: TokenSettings = field(default_factory=lambda: TokenSettings(fold_digits=True))
    """How new texts are cut into words, and how words are folded together; a tagged file has its own words."""
    characters: CharacterSettings = field(default_factory=CharacterSettings)
    min_count: int = 1
    """Times that a word must stand in the training text to be known; words of a vectors file are, anyway."""
    largest_vocabulary: int | None = None
    """Words at most, the most frequent ones."""
    scheme: Literal["auto", "plain", "bio", "iobes"] = "auto"
    """How the network writes spans down. "plain": tags are names without spans; "auto": "plain", or "bio" where
    the tags of the file mark spans."""
    watch: Literal["loss", "error"] = "error"
    """What early stopping looks at in the validation rows: of spans 1 - F1, of plain tags the share of errors."""
    members: int = 1
    """Networks whose probabilities are averaged, each from a seed of its own."""

    def __post_init__(self) -> None:
        if self.tokens.unit == "subword":
            raise SettingsError(
                'tokens.unit: expected whole words for tags, got "subword". Use word, whitespace or character.'
            )
        if self.tokens.stop_words == "remove":
            raise SettingsError(
                'tokens.stop_words: expected "keep", got "remove". Every word gets a tag, so none is taken out.'
            )
        for name in ("min_count", "largest_vocabulary", "members"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"{name}: expected 1 or more, got {value}. Correct the value.")
