"""What a command is asked about beside its slots: section ``[intents]`` of ``settings.toml``."""

from dataclasses import dataclass

from hiddenstate.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class IntentSettings:
    """The question about the whole text."""

    separator: str | None = None
    """Mark between several intents of one text ("flight#fare"): the first is learnt, each of them counts as right."""
    share: float = 0.5
    """Weight of the intent's loss; that of the slots has the rest."""
    none_label: str | None = None
    """Intent of texts that ask for nothing known: it is not learnt, but sets the threshold of "none of these"."""

    def __post_init__(self) -> None:
        if not 0.0 < self.share < 1.0:
            raise SettingsError(
                f"intents.share: expected a share between 0 and 1, got {self.share}. Use 0.5 for both alike."
            )
        if self.separator == "":
            raise SettingsError(
                'intents.separator: expected a mark such as "#", got an empty text. Leave it out.'
            )
