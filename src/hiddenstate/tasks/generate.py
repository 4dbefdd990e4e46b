"""The generation task: from a text to what a network reads, and from its scores to how well it foretells a text."""

from collections.abc import Callable, Mapping
from typing import Any, Self, final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hiddenstate.data.text_streams import StreamBatch, TextStreams
from hiddenstate.data.units import Units
from hiddenstate.models.language_model import LanguageModel, LanguageSettings
from hiddenstate.tasks.generate_settings import GenerateSettings
from hiddenstate.tasks.surprise import Nats, Surprise

AT_ONCE = 1024
"""Steps that are computed in one call when a text is measured."""
VALIDATION_ROWS = 16
"""Stretches of the validation text that are read side by side."""


@final
class GenerateTask:
    """The units of a text and the network that foretells them. Made by `fit` or `from_dict`."""

    def __init__(self, settings: GenerateSettings, network: LanguageSettings, units: Units) -> None:
        self.settings = settings
        self.network = network
        self.units = units

    @classmethod
    def fit(cls, text: str, settings: GenerateSettings, network: LanguageSettings) -> Self:
        """Learn the units of the training text."""
        return cls(settings, network, Units.fit(text, settings.units))

    def with_network(self, network: LanguageSettings) -> Self:
        """The same units for another network."""
        return type(self)(self.settings, network, self.units)

    def build_model(self) -> LanguageModel:
        """A network with fresh weights."""
        return LanguageModel(len(self.units), self.network)

    def batches(self, text: str, *, batch_size: int, seed: int) -> TextStreams:
        """The training text as batches that follow each other. Raises `InputError` for a short one."""
        return TextStreams(
            self.units.encode(text),
            batch_size=batch_size,
            window=self.settings.window,
            restart=self.settings.restart,
            seed=seed,
        )

    def loss(self, model: nn.Module, batch: StreamBatch) -> Tensor:
        """Mean surprise of a batch in nats a unit; the network's state is left for the next batch, cut off."""
        logits, state = model(batch.inputs, _emptied(batch.carried.state, batch.fresh))
        batch.carried.state = _cut_off(state)
        return cross_entropy(logits.flatten(0, 1), batch.targets.flatten())

    def validator(self, text: str) -> Callable[[nn.Module], float] | None:
        """Mean surprise of a text in nats a unit, read in a few stretches; None for a text too short to tell."""
        numbers = self.units.encode(text)
        rows = min(VALIDATION_ROWS, len(numbers) // 32)
        if rows == 0:
            return None
        length = (len(numbers) - 1) // rows
        stretches = np.stack([numbers[row * length : (row + 1) * length + 1] for row in range(rows)])

        def validate(model: nn.Module) -> float:
            return float(_nats(model, torch.from_numpy(stretches)).mean())

        return validate

    def carried(self, model: nn.Module, text: str) -> Surprise:
        """How much each unit of `text` surprises the network, the memory carried over the whole text."""
        cut = self.units.cut(text)
        return Surprise(tuple(cut[1:]), _nats(model, torch.from_numpy(self.units.numbers(cut))[None])[0])

    def measure(self, model: nn.Module, text: str) -> Surprise:
        """How much each unit of `text` surprises the network, by both protocols.

        The memory is carried over the whole text; and it is emptied every ``short_window`` units.
        """
        cut = self.units.cut(text)
        numbers = torch.from_numpy(self.units.numbers(cut))
        window = self.settings.short_window
        with torch.no_grad():
            carried = _nats(model, numbers[None])[0]
            whole = (len(numbers) - 1) // window * window
            parts = []
            if whole:
                parts.append(_nats(model, numbers[: whole + 1].unfold(0, window + 1, window)).reshape(-1))
            if whole + 1 < len(numbers):
                parts.append(_nats(model, numbers[None, whole:])[0])
        return Surprise(tuple(cut[1:]), carried, np.concatenate(parts) if parts else carried)

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"units": self.units.to_dict()}

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], settings: GenerateSettings, network: LanguageSettings
    ) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` for damaged values."""
        return cls(settings, network, Units.from_dict(values.get("units", {}), settings.units))


@torch.no_grad()
def _nats(model: nn.Module, numbers: Tensor) -> Nats:
    """(B, T - 1) surprise of numbers (B, T), all but the first of each row."""
    model.eval()
    state, parts = None, []
    rows = max(1, AT_ONCE // 16)
    if len(numbers) > rows and numbers.shape[1] <= AT_ONCE:  # many short windows
        return np.concatenate([_nats(model, part) for part in torch.split(numbers, rows)])
    for first in range(0, numbers.shape[1] - 1, AT_ONCE):
        inputs = numbers[:, first : first + AT_ONCE + 1]
        logits, state = model(inputs[:, :-1], state)
        parts.append(cross_entropy(logits.flatten(0, 1), inputs[:, 1:].flatten(), reduction="none"))
        parts[-1] = parts[-1].reshape(len(numbers), -1)
    found: Nats = torch.cat(parts, dim=1).double().numpy()
    return found


def _emptied(state: Any, fresh: Tensor) -> Any:
    """The state with nothing left in the rows (B,) that begin anew."""
    if state is None:
        return None
    kept = (~fresh).float()[:, None]
    return tuple(type(layer)(*(part * kept for part in layer)) for layer in state)


def _cut_off(state: Any) -> Any:
    """The state without the way back to the weights."""
    return tuple(type(layer)(*(part.detach() for part in layer)) for layer in state)
