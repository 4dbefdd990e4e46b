"""A model that is asked several times, with inputs that differ in one thing, and is left as it was found."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from hiddenstate.errors import InspectionError, ShapeError
from hiddenstate.inspection.calls import arguments, undisturbed

TOLERANCE = 1e-5
"""Of the largest answer: smaller differences are rounding."""

LEFT_ALONE = ("training", "forward")
"""Attributes that are not the model's own business: the mode, and a stand-in while a stack is watched."""

Attributes = dict[nn.Module, dict[str, Any]]


class Unchecked(Exception):  # noqa: N818 (it is an outcome, not an error)
    """A rule cannot be checked; the text says what it would need."""


@dataclass
class Probe:
    """A model and the user's input."""

    model: nn.Module
    inputs: Tensor
    """(batch, time, ...) or with `batch_axis` 1 (time, batch, ...)."""
    others: list[Any] = field(default_factory=list)
    """Further arguments of the model."""
    lengths: Tensor | None = None
    """(batch,) real steps."""
    takes_lengths: bool = False
    """Whether the model itself takes the lengths."""
    batch_axis: int = 0
    loss: Callable[[Tensor, Tensor], Tensor] | None = None
    targets: Tensor | None = None
    _found: Attributes = field(default_factory=dict)

    @classmethod
    def of(cls, model: nn.Module, inputs: Any, lengths: Tensor | None, batch_axis: int) -> "Probe":
        """A probe of what the user gave; raises `InspectionError` for inputs that cannot be varied."""
        first, *others = arguments(inputs)
        if not isinstance(first, Tensor) or first.ndim < 2:
            raise InspectionError(
                "inputs: expected a tensor with a batch and a time axis first among the arguments, got "
                f"{type(first).__name__}. Hand in padded sequences and their lengths."
            )
        takes = lengths is not None and _positional(model) > 1 + len(others)
        if lengths is None:
            lengths = _lengths_by_padding(model, first, batch_axis)
        elif lengths.shape != (first.shape[batch_axis],):
            raise ShapeError(
                f"lengths: expected shape ({first.shape[batch_axis]},), got {tuple(lengths.shape)}. "
                "Give one length for each row, or the batch_axis."
            )
        return cls(model, first, others, lengths, takes, batch_axis)

    @property
    def rows(self) -> int:
        """Sequences in the batch."""
        return self.inputs.shape[self.batch_axis]

    @property
    def time_axis(self) -> int:
        """The axis of the inputs that steps stand on."""
        return 1 - self.batch_axis

    @property
    def steps(self) -> int:
        """Steps, padding included."""
        return self.inputs.shape[self.time_axis]

    def real_steps(self) -> Tensor:
        """(batch,) real steps of each row."""
        if self.lengths is None:
            return torch.full((self.rows,), self.steps)
        return self.lengths.cpu()

    @contextmanager
    def session(self) -> Iterator[None]:
        """Evaluation mode, no gradients, and every attribute of the model put back at the end."""
        self._found = {module: _attributes(module) for module in self.model.modules()}
        with undisturbed(self.model):
            try:
                yield
            finally:
                self.restore()

    def restore(self) -> None:
        """Put every attribute and buffer of the model back to how it was found."""
        for module, attributes in self._found.items():
            module.__dict__.update({name: value for name, value in attributes.items() if name != "_buffers"})
            for name in set(module.__dict__) - set(attributes):
                if name not in LEFT_ALONE:
                    del module.__dict__[name]
            for name, buffer in attributes["_buffers"].items():
                module._buffers[name] = None if buffer is None else buffer.clone()

    def changed(self) -> list[str]:
        """Names of attributes that a run has changed, e.g. "reader.state"."""
        names = {module: name for name, module in self.model.named_modules()}
        return [
            ".".join(part for part in (names[module], attribute) if part)
            for module, attributes in self._found.items()
            for attribute, value in module.__dict__.items()
            if attribute not in (*LEFT_ALONE, "_buffers") and value is not attributes.get(attribute)
        ]

    def answer(
        self, inputs: Tensor | None = None, lengths: Tensor | None = None, *, again: bool = False
    ) -> Tensor:
        """What the model answers, from a fresh start (or, `again`, from where the last run left it)."""
        if not again:
            self.restore()
        torch.manual_seed(0)
        args = [self.inputs if inputs is None else inputs, *self.others]
        if self.takes_lengths:
            args.append(self.lengths if lengths is None else lengths)
        answer = _first_tensor(self.model(*args))
        if answer is None:
            raise Unchecked("the model gives no tensor of numbers; hand in one that does")
        return answer

    def rows_of(self, answer: Tensor) -> Tensor:
        """(batch, numbers) of an answer, whichever of its axes the batch is."""
        axis = 0 if answer.shape[0] == self.rows or answer.ndim < 2 else self.batch_axis
        if answer.ndim == 0 or answer.shape[axis] != self.rows:
            raise Unchecked(
                f"no axis of the answer {tuple(answer.shape)} has the {self.rows} rows of the batch"
            )
        return answer.movedim(axis, 0).flatten(1) if answer.ndim > 1 else answer.unsqueeze(1)

    def difference(self, one: Tensor, other: Tensor) -> Tensor:
        """(batch,) largest difference of two answers in each row; 0 where it is rounding."""
        first, second = self.rows_of(one), self.rows_of(other)
        if first.shape != second.shape:
            raise Unchecked(f"the answers have different shapes, {tuple(one.shape)} and {tuple(other.shape)}")
        gaps = (first - second).abs().amax(dim=1)
        limit = TOLERANCE * max(float(first.abs().max()), 1e-3)
        return torch.where(gaps > limit, gaps, 0.0)


def _positional(model: nn.Module) -> int:
    """How many arguments `forward` takes by position."""
    kinds = [parameter.kind for parameter in inspect.signature(model.forward).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return 99
    return sum(kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for kind in kinds)


def _lengths_by_padding(model: nn.Module, inputs: Tensor, batch_axis: int) -> Tensor | None:
    """Lengths from an embedding's own padding number, where the inputs are numbers of words."""
    number = padding_number(model)
    if inputs.is_floating_point() or number is None or inputs.ndim != 2:
        return None
    words = inputs if batch_axis == 0 else inputs.T
    steps = torch.arange(1, words.shape[1] + 1)
    return (
        ((words != number) * steps).amax(dim=1)
        if words.shape[1]
        else torch.zeros(len(words), dtype=torch.int64)
    )


def padding_number(model: nn.Module) -> int | None:
    """The number that an embedding of the model takes for padding."""
    numbers = [module.padding_idx for module in model.modules() if isinstance(module, nn.Embedding)]
    return next((int(number) for number in numbers if number is not None), None)


def _attributes(module: nn.Module) -> dict[str, Any]:
    kept = {name: value for name, value in module.__dict__.items() if name not in ("training", "_buffers")}
    kept["_buffers"] = {
        name: None if part is None else part.clone() for name, part in module._buffers.items()
    }
    return kept


def _first_tensor(answer: Any) -> Tensor | None:
    """The first tensor of numbers in what a model returns."""
    if isinstance(answer, Tensor):
        return answer.detach() if answer.is_floating_point() and not answer.requires_grad else answer
    parts = (
        answer.values() if isinstance(answer, dict) else answer if isinstance(answer, tuple | list) else ()
    )
    found = (_first_tensor(part) for part in parts)
    return next((part for part in found if part is not None and part.is_floating_point()), None)
