"""All rules on one model and one input."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from hiddenstate.choices import choose
from hiddenstate.errors import InspectionError
from hiddenstate.inspection.calls import recurrent_layers
from hiddenstate.inspection.lint.batch_axis import batch_axis as batch_axis_rule
from hiddenstate.inspection.lint.carried_state import carried_state
from hiddenstate.inspection.lint.forget_bias import forget_bias
from hiddenstate.inspection.lint.last_step import last_step
from hiddenstate.inspection.lint.padding import padding
from hiddenstate.inspection.lint.probe import Probe, Unchecked
from hiddenstate.inspection.lint.softmax import softmax
from hiddenstate.records import Finding, LintReport

RULES: dict[str, Callable[[Probe], list[Finding]]] = {
    "last_step": last_step,
    "batch_axis": batch_axis_rule,
    "padding": padding,
    "softmax": softmax,
    "forget_bias": forget_bias,
    "carried_state": carried_state,
}


def lint(
    model: nn.Module,
    inputs: Any,
    lengths: Tensor | None = None,
    *,
    batch_axis: int = 0,
    loss: Callable[[Tensor, Tensor], Tensor] | None = None,
    targets: Tensor | None = None,
    rules: Sequence[str] = tuple(RULES),
) -> LintReport:
    """Look for classic mistakes in `model` by running it on `inputs` with one thing changed at a time.

    inputs: a padded tensor, or a tuple of arguments that begins with one; its batch is on `batch_axis` and time on
    the other of the first two axes. `lengths` (batch,) says what is padding; where the model takes it, it is handed
    on, and where words are numbers and an embedding has a padding_idx it is found out. `loss` and `targets` are
    what the model is trained with; without targets its own answers stand in for them.

    The model runs in evaluation mode and is left as it was found: modes, attributes, buffers.
    Raises `InspectionError` for a model without recurrent layers or with unknown ones, and `SettingsError` for an
    unknown rule.

    >>> import torch
    >>> reader = torch.nn.GRU(3, 4, batch_first=True)
    >>> print(lint(reader, torch.randn(2, 5, 3)).clean)
    True
    """
    chosen = {name: choose(RULES, name, "rule") for name in rules}
    recurrent_layers(model)
    probe = Probe.of(model, inputs, lengths, batch_axis)
    probe.loss, probe.targets = loss, targets
    findings: list[Finding] = []
    unchecked: list[tuple[str, str]] = []
    with probe.session():
        for name, rule in chosen.items():
            try:
                findings += rule(probe)
            except (Unchecked, InspectionError) as reason:
                unchecked.append((name, str(reason)))
    return LintReport(tuple(findings), tuple(unchecked))
