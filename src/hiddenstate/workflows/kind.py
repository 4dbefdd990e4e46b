"""What every kind of model can be asked: the verbs of the command line."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from hiddenstate.data.files import Source
from hiddenstate.errors import SettingsError
from hiddenstate.export.c_words import Lexicon
from hiddenstate.models.summary import Summary
from hiddenstate.parity.backends import Network
from hiddenstate.program import WritingPrograms
from hiddenstate.workflows.answers import Answers, Partial
from hiddenstate.workflows.comparing.arena import Arena
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.tuning.ground import Ground

__all__ = ["Answers", "Kind", "Partial", "Portable", "Saving", "Values"]

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Saving:
    """Where a trained model goes, and what may happen on the way."""

    out: Path
    force: bool = False
    """Replaces an earlier model."""
    resume: bool = False
    """Goes on from the checkpoints of a run that was cut off."""
    quiet: bool = False
    """No progress."""


@dataclass(frozen=True)
class Portable:
    """What belongs to a model beside its program when it is exported and verified."""

    network: Network
    """The torch networks with all that follows them: what the program must equal."""
    lexicon: Lexicon = field(default_factory=Lexicon)
    """Words and n-grams that a text model knows."""
    programs: WritingPrograms | None = None
    """Of a model that searches its answer; None where the bundle holds the program."""


class Kind(ABC):
    """One kind of model: what a file has to hold for it, and what is done with it.

    The settings come as nested dictionaries, as a TOML file has them: each kind has its own dataclass.
    """

    task: ClassVar[str]
    """The word after ``--task``."""
    bundle: ClassVar[str]
    """How bundles of this kind call themselves."""
    needs: ClassVar[Mapping[str, str]]
    """Places in the settings without which nothing can be trained, and the flag for each."""

    @abstractmethod
    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """Train, measure beside the baselines, save. Raises `HiddenstateError` before anything is written."""

    @abstractmethod
    def arena(self, source: Source, values: Values, metric: str | None) -> Arena:
        """The data of a comparison of architectures."""

    @abstractmethod
    def ground(self, source: Source, values: Values, metric: str | None) -> Ground:
        """The data of a search of settings."""

    @abstractmethod
    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """Measure a saved model on a file that it has not seen."""

    def with_beam(self, beam: int) -> "Kind":
        """The same kind, searching with `beam` hypotheses; raises `SettingsError` where nothing is searched."""
        raise SettingsError(
            f"--beam: expected a model that searches its answers (a translator), got a {self.bundle}. "
            "Leave the flag out."
        )

    def partial(self, folder: Path, source: Path) -> Iterator[Partial]:
        """The text of a recording as it settles; raises `SettingsError` for a kind that writes none."""
        raise SettingsError(
            f"--partial: expected a model that writes down what is said (a transcriber), got a {self.bundle}. "
            "Leave the flag out."
        )

    @abstractmethod
    def predict(self, folder: Path, source: Source) -> Answers:
        """What a saved model says about the rows of a file."""

    @abstractmethod
    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """What a saved model says about `texts`; raises `InputError` where it reads none."""

    @abstractmethod
    def portable(self, folder: Path) -> Portable:
        """What a saved model takes along when it leaves torch; raises `SettingsError` where it cannot."""

    @abstractmethod
    def summarise(self, folder: Path) -> Summary:
        """Layers, shapes and parameters of a saved model; one network stands for all members."""
