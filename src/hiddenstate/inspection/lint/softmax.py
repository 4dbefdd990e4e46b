"""Softmax before a loss that takes it itself, and probabilities where logarithms are expected."""

import math
import warnings

import torch
from torch import Tensor

from hiddenstate.inspection.lint.probe import Probe, Unchecked
from hiddenstate.records import Finding

SHIFT = 3.0


def softmax(probe: Probe) -> list[Finding]:
    """Find out what the loss takes by shifting its input, and what the model gives by its sums."""
    if probe.loss is None:
        raise Unchecked("the loss is not known; give loss, and targets if there are some")
    answer = probe.answer()
    if answer.ndim != 2 or answer.shape[1] < 2:
        raise Unchecked(f"expected answers of shape (batch, classes), got {tuple(answer.shape)}")
    answer = answer.double()
    targets = answer.argmax(dim=1) if probe.targets is None else probe.targets
    try:
        takes = _taken(probe, targets, answer.shape[1])
    except (RuntimeError, IndexError, ValueError, TypeError, UserWarning) as error:
        raise Unchecked(f"the loss does not take classes of shape (batch,): {error}") from None
    probabilities = bool((answer >= 0).all()) and _sums_to_one(answer)
    logarithms = _sums_to_one(answer.exp())
    if takes == "logits" and probabilities:
        return [_twice(probe, answer, targets)]
    if takes == "logarithms" and not logarithms:
        return [_no_logarithms(probe, answer, targets, probabilities)]
    return []


def _taken(probe: Probe, targets: Tensor, classes: int) -> str:
    """Whether the loss takes logits (a shift changes nothing), log-probabilities (it changes by it) or others."""
    assert probe.loss is not None
    chance = torch.Generator().manual_seed(0)
    scores = torch.randn(len(targets), classes, generator=chance, dtype=torch.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch warns of shapes that do not fit, and computes something
        change = float(probe.loss(scores + SHIFT, targets)) - float(probe.loss(scores, targets))
    if math.isclose(change, 0.0, abs_tol=1e-6):
        return "logits"
    return "logarithms" if math.isclose(change, -SHIFT, rel_tol=1e-6) else "others"


def _sums_to_one(values: Tensor) -> bool:
    return bool(torch.allclose(values.sum(dim=1), torch.ones(len(values), dtype=values.dtype), atol=1e-4))


def _twice(probe: Probe, answer: Tensor, targets: Tensor) -> Finding:
    assert probe.loss is not None
    classes = answer.shape[1]
    sure = torch.nn.functional.one_hot(targets, classes).double()
    floor = float(probe.loss(sure, targets))
    now, once = float(probe.loss(answer, targets)), float(probe.loss(answer.clamp_min(1e-12).log(), targets))
    return Finding(
        rule="softmax",
        place="",
        problem="The model ends in a softmax, and the loss takes a softmax again.",
        proof=f"The loss of this input is {now:.3g} and would be {once:.3g} with one softmax; "
        f"an answer that is sure and right still costs {floor:.3g}, so it hardly learns.",
        number=floor,
        remedy="Take the softmax out of the model: cross entropy wants logits. Apply it where probabilities are shown.",
    )


def _no_logarithms(probe: Probe, answer: Tensor, targets: Tensor, probabilities: bool) -> Finding:
    assert probe.loss is not None
    now = float(probe.loss(answer, targets))
    right = answer.clamp_min(1e-12).log() if probabilities else answer.log_softmax(dim=1)
    then = float(probe.loss(right, targets))
    got, remedy = (
        ("probabilities", "a log_softmax") if probabilities else ("raw scores", "a log_softmax at the end")
    )
    return Finding(
        rule="softmax",
        place="",
        problem=f"The loss takes log-probabilities and is given {got}.",
        proof=f"The loss of this input is {now:.3g}; with log-probabilities it is {then:.3g}.",
        number=now,
        remedy=f"Give the model {remedy}, or use cross entropy on its scores.",
    )
