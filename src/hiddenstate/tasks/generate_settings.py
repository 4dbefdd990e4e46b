"""What text generation is asked to do; section ``[task]`` of ``settings.toml``. Importing this loads no torch."""

from dataclasses import dataclass, field

from hiddenstate.data.units import UnitSettings
from hiddenstate.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class GenerateSettings:
    """How a text is read."""

    units: UnitSettings = field(default_factory=UnitSettings)
    window: int = 128
    """Units through which a gradient goes back; the state goes on from window to window."""
    restart: float = 0.1
    """Share of the windows that begin with an empty memory in training, so that such beginnings are learnt too."""
    short_window: int = 256
    """Units of the windows that are measured from an empty memory, beside the text as a whole."""

    def __post_init__(self) -> None:
        for name in ("window", "short_window"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name}: expected 1 or more, got {getattr(self, name)}. Correct it.")
        if not 0.0 <= self.restart <= 1.0:
            raise SettingsError(f"restart: expected a share from 0 to 1, got {self.restart:g}. Correct it.")
