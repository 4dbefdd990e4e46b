"""What is done to frames before a network reads them; the same in training, for a file and for a stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, final

from hiddenstate.data.sound.cepstra import cepstra
from hiddenstate.data.sound.frontend import Frames
from hiddenstate.data.sound.standardise import Standardiser, standardise_utterance

Standard = Literal["utterance", "mean", "training"]


@final
@dataclass(frozen=True, eq=False)
class Preparation:
    """Cepstra of the frames, if wanted, and all of it standardised."""

    standard: Standard
    """By a recording's own mean and spread, by its own mean and the training set's spread, or by the training set."""
    cepstra: int
    """How many; 0: the frames stay as they are."""
    training: Standardiser
    """Of all training frames, after they were cut down."""
    read: int
    """Numbers of a frame as it comes."""

    @classmethod
    def fit(cls, utterances: Sequence[Frames], standard: Standard, cepstra_of: int) -> Self:
        """Measure (frames, features) training utterances. Raises `InputError` where there is no frame."""
        training = Standardiser.fit(_changed(frames, cepstra_of) for frames in utterances)
        return cls(standard, cepstra_of, training, utterances[0].shape[1])

    @property
    def features(self) -> int:
        """Numbers of a frame that the network reads."""
        return len(self.training.mean)

    @property
    def live(self) -> bool:
        """Whether a frame needs nothing of those after it."""
        return self.standard == "training"

    def __call__(self, frames: Frames) -> Frames:
        """(frames, features) -> (frames, `features`)."""
        frames = _changed(frames, self.cepstra)
        if self.standard == "utterance":
            return standardise_utterance(frames)
        if self.standard == "mean" and len(frames):
            frames = frames - frames.mean(axis=0) + self.training.mean
        return self.training(frames)

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json`` and a program's facts."""
        return {
            "standard": self.standard,
            "cepstra": self.cepstra,
            "training": self.training.to_dict(),
            "read": self.read,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(
            values["standard"],
            int(values["cepstra"]),
            Standardiser.from_dict(values["training"]),
            int(values["read"]),
        )


def _changed(frames: Frames, count: int) -> Frames:
    return cepstra(frames, count) if count else frames
