"""How translations are searched; no torch."""

from dataclasses import dataclass

from hiddenstate.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class BeamSettings:
    """How sentences are searched; section ``[search]`` of ``settings.toml``."""

    beam: int = 5
    """Hypotheses that are followed; 1: greedy."""
    length_penalty: float = 1.0
    """Log probabilities are divided by ((5 + length) / 6) to this power: 0 favours short sentences (Wu et al. 2016,
    equation 14)."""
    longest: float = 2.0
    """A translation has at most so many times the pieces of its source, and 10."""

    def __post_init__(self) -> None:
        if self.beam < 1:
            raise SettingsError(
                f"beam: expected 1 or more hypotheses, got {self.beam}. Use 1 for greedy search."
            )
        if self.length_penalty < 0:
            raise SettingsError(
                f"length_penalty: expected 0 or more, got {self.length_penalty}. Use 0 for none."
            )
        if self.longest <= 0:
            raise SettingsError(f"longest: expected more than 0, got {self.longest}. 2 suits most languages.")


def check_beam(beam: int, pieces: int) -> None:
    """Raise `SettingsError` for a beam wider than the vocabulary, which has `pieces` that can be written."""
    if beam > pieces:
        raise SettingsError(
            f"beam: expected at most {pieces:,} hypotheses, the pieces of the vocabulary, got {beam:,}. "
            "Lower it; more than 10 seldom helps."
        )
