"""A guess at what a file is, and what speaks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS: dict[str, str] = {
    "labelled_texts": "labelled texts",
    "series": "time series",
    "tagged": "tagged corpus",
    "pairs": "sentence pairs",
    "recordings": "recordings",
    "plain": "plain text",
    "intents": "intents with slots",
}
"""Key -> name for people."""

CLEAR = 0.5
"""Score below which even the best guess is a doubt."""
CLOSE = 0.85
"""A second guess with at least this share of the first one's score makes a file ambiguous."""


@dataclass(frozen=True)
class Remedy:
    """Something that keeps training from reading the file as it is, and what to do about it."""

    reason: str
    """One sentence, with the remedy where no command does it."""
    command: str = ""
    """A shell pipeline from ``{cat}``, which prints the file, into ``{target}``."""
    ending: str = ""
    """Of the file that the command writes: ".tsv"."""


@dataclass(frozen=True)
class Guess:
    """One thing that the file may be."""

    kind: str
    """A key of `KINDS`."""
    score: float
    """From 0 to 1; a sum of rules, not a probability."""
    evidence: tuple[str, ...]
    """What was seen, one sentence each."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Column or file -> what it is taken for: ``{"text": "question", "target": "label"}``."""
    hindrances: tuple[Remedy, ...] = ()
    """What has to be done before training, in this order."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Measured on the sample: lengths, rows, classes."""

    @property
    def name(self) -> str:
        """The kind in words."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Recognition:
    """All guesses about a source, the best first."""

    source: str
    guesses: tuple[Guess, ...]

    @property
    def best(self) -> Guess:
        """The guess with the highest score."""
        return self.guesses[0]

    @property
    def ambiguous(self) -> bool:
        """Whether another guess is nearly as good, or the best one weak."""
        if self.best.score < CLEAR:
            return True
        return len(self.guesses) > 1 and self.guesses[1].score >= CLOSE * self.best.score

    def of(self, kind: str) -> Guess | None:
        """The guess of that kind."""
        return next((guess for guess in self.guesses if guess.kind == kind), None)
