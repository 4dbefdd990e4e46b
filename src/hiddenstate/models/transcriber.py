"""The transcriber: frames of a recording -> how likely each letter, or none, is at each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, final

from torch import Tensor, nn

from hiddenstate.data.utterance_batches import UtteranceBatch
from hiddenstate.errors import SettingsError
from hiddenstate.layers import DropoutSettings, Stacked


@dataclass(frozen=True, kw_only=True)
class TranscriberSettings:
    """Section ``[model]`` of ``settings.toml``."""

    cell: str = "gru"
    hidden_size: int = 128
    num_layers: int = 2
    bidirectional: bool = True
    stack: int = 3
    """So many frames, side by side, make one step of the network."""
    dropout: float = 0.3
    """Share of what enters a layer, and the head, that is dropped while training."""

    def __post_init__(self) -> None:
        if self.stack < 1:
            raise SettingsError(f"model.stack: expected 1 or more frames, got {self.stack}. Correct it.")


class TranscriberOutput(NamedTuple):
    """What the network says about B recordings of at most S steps."""

    log_probabilities: Tensor
    """(B, S, 1 + letters); 0 is "no letter"."""
    steps: Tensor
    """(B,) int64 steps of each."""


@final
class Transcriber(nn.Module):
    """Stacked frames, recurrent layers, one linear layer; to be trained with CTC.

    Source: Graves et al. (2006), "Connectionist temporal classification".
    """

    def __init__(self, features: int, letters: int, settings: TranscriberSettings) -> None:
        """`features` of a frame; `letters` without "no letter"."""
        super().__init__()
        self.stack = settings.stack
        self.step_features = features * settings.stack
        """Numbers that one step reads."""
        self.layers = Stacked(
            settings.cell,
            self.step_features,
            hidden_size=settings.hidden_size,
            num_layers=settings.num_layers,
            bidirectional=settings.bidirectional,
            dropout=DropoutSettings(between_layers=settings.dropout),
        )
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.layers.output_size, 1 + letters)

    def forward(self, batch: UtteranceBatch) -> TranscriberOutput:
        """Log probabilities of a batch of recordings."""
        steps = steps_of(batch.lengths, self.stack)
        log_probabilities, _ = self.read(batch.frames, steps)
        return TranscriberOutput(log_probabilities, steps)

    def read(
        self, frames: Tensor, steps: Tensor | None = None, state: Sequence[Any] | None = None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """(B, T, features) -> (B, S, 1 + letters), and the state to go on with; steps and state as in `Stacked`."""
        return self.read_steps(stacked(frames, self.stack), steps, state)

    def read_steps(
        self, x: Tensor, steps: Tensor | None = None, state: Sequence[Any] | None = None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """As `read`, of frames that stand side by side already: (B, S, stack · features)."""
        outputs, after = self.layers(x, steps, state)
        return self.answer(outputs), after

    def answer(self, outputs: Tensor) -> Tensor:
        """What the layers say, (B, S, size) -> (B, S, 1 + letters) log probabilities."""
        logs: Tensor = self.head(self.dropout(outputs)).log_softmax(-1)
        return logs


def stacked(frames: Tensor, stack: int) -> Tensor:
    """(B, T, F) -> (B, ceil(T / stack), stack · F); the last step is filled up with zeros."""
    rows, length, features = frames.shape
    missing = -length % stack
    if missing:
        frames = nn.functional.pad(frames, (0, 0, 0, missing))
    return frames.reshape(rows, (length + missing) // stack, stack * features)


def steps_of(lengths: Tensor, stack: int) -> Tensor:
    """(B,) frames -> (B,) steps, a part of one counted whole.

    >>> import torch
    >>> steps_of(torch.tensor([0, 1, 3, 4]), 3)
    tensor([0, 1, 1, 2])
    """
    return (lengths + stack - 1) // stack
