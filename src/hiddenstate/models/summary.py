"""What a model is made of: its layers in the order they run, their output shapes and parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from hiddenstate.errors import ShapeError

TORCH_LABELS: dict[type[nn.Module], str] = {nn.Linear: "Dense"}
"""Names of torch's own modules where ours differ; the others go by their class."""


@dataclass(frozen=True)
class SummaryRow:
    """One layer."""

    layer: str
    output_shape: tuple[int, ...] | None
    """Without the batch axis; None for a layer that the model holds but did not run."""
    parameters: int
    """How many numbers it learns; those it shares with a row above are counted there."""


@dataclass(frozen=True)
class Summary:
    """A table of a model's layers; `str` prints it."""

    rows: tuple[SummaryRow, ...]
    size_bytes: int
    """Of all parameters, in their own precision."""

    @property
    def total(self) -> int:
        """Parameters of the whole model."""
        return sum(row.parameters for row in self.rows)

    @property
    def size_kb(self) -> float:
        """Size of all parameters in KB of 1024 bytes."""
        return self.size_bytes / 1024

    def __str__(self) -> str:
        cells = [("Layer", "Output shape", "Parameters")]
        cells += [(row.layer, _show(row.output_shape), f"{row.parameters:,}") for row in self.rows]
        footer = f"{self.total:,} ({self.size_kb:,.2f} KB)"
        left, middle, right = (max(len(line[column]) for line in cells) for column in range(3))
        right = max(right, len("Total") + 2 + len(footer) - left - middle - 4)
        lines = [f"{layer:<{left}}  {shape:<{middle}}  {count:>{right}}" for layer, shape, count in cells]
        width = left + middle + right + 4
        rule = "-" * width
        total = f"Total{footer:>{width - len('Total')}}"
        return "\n".join([lines[0], rule, *lines[1:], rule, total])


def summary(model: nn.Module, *inputs: Any) -> Summary:
    """Run `model` once in eval mode and list the layers in the order they ran.

    Each input is the shape of one row without the batch axis, e.g. ``(10, 64)`` for 10 steps of 64 features;
    or, for anything but a float tensor, an example to run: passed as it is, with its batch axis. A recurrent
    layer or an attention is one row, however many tensors it holds. The model is left as it was.

    Raises `ShapeError` where the model cannot take a shape.

    >>> print(summary(nn.Sequential(nn.Linear(3, 2)), (3,)))
    Layer  Output shape  Parameters
    -------------------------------
    Input  (batch, 3)             0
    Dense  (batch, 2)             8
    -------------------------------
    Total               8 (0.03 KB)
    """
    examples = [_example(model, given) for given in inputs]
    layers = list(dict.fromkeys(_layers(model)))  # a layer in two places is hooked once
    ran: list[tuple[nn.Module, tuple[int, ...] | None]] = []
    hooks = [
        layer.register_forward_hook(lambda layer, _, output: ran.append((layer, _shape(output))))
        for layer in layers
    ]
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            model.eval()(*examples)
    except (RuntimeError, IndexError) as error:
        shapes = ", ".join(str(_shape(example)) for example in examples)
        raise ShapeError(
            f"summary: expected input shapes that the model takes, got {shapes}: {error}. Leave the batch axis out."
        ) from error
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes.items():
            module.training = training
    return _tabulate(model, [_shape(example) for example in examples], layers, ran)


def _tabulate(
    model: nn.Module,
    input_shapes: list[tuple[int, ...] | None],
    layers: list[nn.Module],
    ran: list[tuple[nn.Module, tuple[int, ...] | None]],
) -> Summary:
    """The rows: inputs, layers that ran, layers that did not, and what the model holds outside of any layer."""
    rows = [SummaryRow("Input", shape, 0) for shape in input_shapes]
    counted: set[nn.Parameter] = set()

    def count(parameters: Iterator[nn.Parameter]) -> int:
        fresh = [parameter for parameter in parameters if parameter not in counted]
        counted.update(fresh)
        return sum(parameter.numel() for parameter in fresh)

    rows += [SummaryRow(_label(layer), shape, count(layer.parameters())) for layer, shape in ran]
    called = {layer for layer, _ in ran}
    for layer in layers:
        fresh = count(layer.parameters()) if layer not in called else 0
        if fresh:
            rows.append(SummaryRow(f"{_label(layer)} (not run)", None, fresh))
    if outside := count(model.parameters()):
        rows.append(SummaryRow("Other parameters", None, outside))
    size = sum(parameter.numel() * parameter.element_size() for parameter in counted)
    return Summary(tuple(rows), size)


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    """The domain's leaves: what names itself with a label, and torch modules without children."""
    children = list(module.children())
    if isinstance(getattr(module, "label", None), str) or not children:
        yield module
    else:
        for child in children:
            yield from _layers(child)


def _label(layer: nn.Module) -> str:
    return str(getattr(layer, "label", TORCH_LABELS.get(type(layer), type(layer).__name__)))


def _example(model: nn.Module, given: Any) -> Any:
    """A batch of one row of zeros where `given` is a shape; else `given` itself."""
    if not isinstance(given, tuple) or not all(isinstance(size, int) for size in given):
        return given
    like = next(model.parameters(), torch.empty(0))
    return torch.zeros(1, *given, dtype=like.dtype, device=like.device)


def _shape(output: Any) -> tuple[int, ...] | None:
    """Shape of the first tensor in `output`, without the batch axis; None where there is none."""
    if isinstance(output, Tensor):
        return tuple(output.shape[1:])
    if isinstance(output, tuple | list) and output:
        return _shape(output[0])
    return None


def _show(shape: tuple[int, ...] | None) -> str:
    return "-" if shape is None else "(" + ", ".join(["batch", *map(str, shape)]) + ")"
