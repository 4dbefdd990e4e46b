"""Run the rules on a model from a user's file, with a batch of the user's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from hiddenstate.choices import closest
from hiddenstate.errors import InspectionError
from hiddenstate.inspection.lint import RULES, lint
from hiddenstate.records import LintReport
from hiddenstate.workflows.linting.arrays import read_arguments, read_vector
from hiddenstate.workflows.linting.model_file import blamed, built, opened_file

Loss = Callable[[Tensor, Tensor], Tensor]
LOSSES: Mapping[str, Loss] = {
    "cross_entropy": functional.cross_entropy,
    "nll": functional.nll_loss,
}
"""Losses by name; any other name is looked up in the user's file."""


@dataclass(frozen=True, kw_only=True)
class LintQuestion:
    """A model, a batch that it reads, and what is known of both."""

    target: str
    """``FILE.py:NAME``: a function that builds the model, its class, or the model."""
    batch: Path
    """``.npy``, ``.pt`` or ``.safetensors``: what forward() takes."""
    lengths: Path | None = None
    """Real steps of each row; the rest is padding."""
    targets: Path | None = None
    """Right classes."""
    loss: str | None = None
    """A name in `LOSSES`, or in the file: of a loss or of what makes one."""
    batch_axis: int = 0
    rules: tuple[str, ...] | None = None
    """Names in `RULES`; None: all."""


@dataclass(frozen=True)
class Linted:
    """The report, and what it is about."""

    model: str
    """Class of the model."""
    shape: tuple[int, ...]
    """Of the first input."""
    report: LintReport

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "model": self.model,
            "input_shape": list(self.shape),
            "clean": self.report.clean,
            "findings": [vars(finding) for finding in self.report.findings],
            "unchecked": [{"rule": rule, "reason": reason} for rule, reason in self.report.unchecked],
        }


def lint_file(question: LintQuestion) -> Linted:
    """Build the model that a file of Python defines and look for classic mistakes with the user's own batch.

    The file is run, as ``python FILE.py`` would; data files are read without pickle.
    Raises `InspectionError` for a file, name or model that does not do, and for a model that fails on the input;
    `InputError` for data that cannot be read, `SettingsError` for an unknown rule.
    """
    if question.batch_axis not in (0, 1):
        raise InspectionError(f"batch_axis: expected 0 or 1, got {question.batch_axis}. Correct the number.")
    torch.manual_seed(0)  # fresh weights are the same ones at every call, and so are the numbers that prove
    with opened_file(question.target) as (module, name):
        model = built(module, name)
        dtype = next((part.dtype for part in model.parameters() if part.is_floating_point()), torch.float32)
        inputs = read_arguments(question.batch, dtype)
        lengths = None if question.lengths is None else read_vector(question.lengths, "lengths")
        targets = None if question.targets is None else read_vector(question.targets, "targets")
        loss = None if question.loss is None else _loss(module, question.loss)
        shapes = ", ".join(str(tuple(part.shape)) for part in inputs)
        with blamed(Path(str(module.__file__)), f"expected {name} to run on an input of shape {shapes}"):
            report = lint(
                model,
                inputs,
                lengths,
                batch_axis=question.batch_axis,
                loss=loss,
                targets=targets,
                rules=tuple(RULES) if question.rules is None else question.rules,
            )
    return Linted(type(model).__name__, tuple(inputs[0].shape), report)


def _loss(module: ModuleType, name: str) -> Loss:
    """The loss of that name; a class or a function without arguments is called to make it."""
    if name in LOSSES:
        return LOSSES[name]
    loss = getattr(module, name, None)
    if isinstance(loss, type):
        with blamed(Path(str(module.__file__)), f"expected {name}() to make a loss without arguments"):
            loss = loss()
    if not callable(loss):
        own = [each for each, value in vars(module).items() if callable(value) and not each.startswith("_")]
        raise InspectionError(
            f'loss: expected a loss, got "{name}", which neither torch has here nor {module.__file__} defines. '
            f"{closest(name, (*LOSSES, *own))}"
        )
    made: Loss = loss
    return made
