"""How far the gradient of a loss reaches back through a model's recurrent layers, before and after training."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.cells import Cell
from hiddenstate.errors import InspectionError
from hiddenstate.inspection.tapped import Tap, tapped
from hiddenstate.records import GradientFlow

Loss = Callable[[Any], Tensor]
"""(model) -> scalar: what training lowers, on the user's own data."""
Entering = Literal["all", "last"]
STATES = ("h", "C")
KEEPERS = {"LSTM": "f", "GRU": "z"}
"""Cell -> the gate that keeps the past."""


def gradient_flow(
    model: nn.Module,
    loss: Loss,
    *,
    weights: str = "",
    entering: Entering = "all",
) -> tuple[GradientFlow, ...]:
    """Norm of d loss / d h_{T-k} against k, for each recurrent layer and direction of `model`, in its order.

    For an LSTM also that of d loss / d C_{T-k}, where h_{T-k} = o ⊙ tanh(C_{T-k}) follows from it.

    Works on any torch module that contains layers of this package or torch.nn.RNN, LSTM or GRU, in
    evaluation mode; ``loss(model)`` runs it on the user's data and returns a scalar. Neither weights nor their
    ``grad`` are touched. Rows of different lengths are aligned at their own ends; k counts backwards from the
    step that was computed last, which in a direction that reads backwards is the first of the row.

    With `entering` "last", only the gradient that enters a layer at its last step is followed back: what
    recurrence alone carries, for losses that read all steps (attention, tagging). `weights` says in words how
    the weights stand: "fresh weights", "after training".

    Raises `InspectionError` where there is nothing recurrent, and for a loss that is no finite scalar or does
    not depend on the recurrent layers.
    """
    with tapped(model) as taps, torch.enable_grad():
        value = loss(model)
        if not isinstance(value, Tensor) or value.numel() != 1 or not bool(torch.isfinite(value).all()):
            raise InspectionError(
                f"loss: expected one finite number with a gradient, got {_words(value)}. Return the mean loss."
            )
        used = [tap for tap in taps if tap.states]
        if not value.requires_grad or not used:
            raise InspectionError(
                "loss: expected one that depends on a recurrent layer with at least one step, got one without. "
                "Hand in data with steps, and compute the loss with the model that is passed in."
            )
        flows = [_flow(tap, value, weights, entering) for tap in used]
    return tuple(flows)


def before_and_after(fresh: nn.Module, trained: nn.Module, loss: Loss) -> tuple[GradientFlow, ...]:
    """The flow of the same layers with the weights that training began with, and with those it ended with."""
    return (
        *gradient_flow(fresh, loss, weights="fresh weights"),
        *gradient_flow(trained, loss, weights="after training"),
    )


def _flow(tap: Tap, value: Tensor, weights: str, entering: Entering) -> GradientFlow:
    """The mean norms of one layer and direction."""
    lengths = _lengths(tap)
    parts = len(tap.states[0])
    flat = [part for state in tap.states for part in state]
    if entering == "last":
        grads = _through_last_step(tap, value, flat, lengths)
    else:
        grads = torch.autograd.grad(value, flat, retain_graph=True, allow_unused=True, materialize_grads=True)
    norms = {}
    for place, symbol in enumerate(STATES[:parts]):
        per_step = [grad.norm(dim=-1).double().cpu() for grad in grads[place::parts]]
        norms[symbol] = _aligned(torch.stack(per_step, dim=1).numpy(), lengths, tap.reverse)
    name = ", ".join(part for part in (tap.name, "backward" if tap.reverse else "") if part)
    return GradientFlow(
        name=name or tap.cell.label,
        cell=tap.cell.label,
        weights=weights,
        norms=norms,
        sequences=int((lengths > 0).sum()),
        keep_bias=_keep_bias(tap.cell),
        largest_eigenvalue=_largest_eigenvalue(tap.cell),
        entering=entering,
    )


def _through_last_step(
    tap: Tap, value: Tensor, flat: Sequence[Tensor], lengths: NDArray[np.int64]
) -> Sequence[Tensor]:
    """Gradients of the states, of what enters at each row's last step alone.

    Of the last step all of h's gradient enters there, as no later step sends any back. It is sent back through
    the layer's own steps alone.
    """
    h_last = tap.states[-1][0]
    if not (lengths == len(tap.states)).all():
        raise InspectionError(
            'entering: expected sequences of one length for "last", got different ones. '
            'Take rows of one length, or entering="all".'
        )
    (entered,) = torch.autograd.grad(
        value, [h_last], retain_graph=True, allow_unused=True, materialize_grads=True
    )
    return torch.autograd.grad(
        [h_last], flat, [entered], retain_graph=True, allow_unused=True, materialize_grads=True
    )


def _lengths(tap: Tap) -> NDArray[np.int64]:
    """(batch,) steps of each row."""
    if tap.lengths is None:
        return np.full(len(tap.states[0][0]), len(tap.states), dtype=np.int64)
    return tap.lengths.numpy(force=True).astype(np.int64)


def _aligned(norms: NDArray[np.float64], lengths: NDArray[np.int64], reverse: bool) -> NDArray[np.float64]:
    """(K + 1,) mean over rows of norms (batch, computed steps), k steps before each row's last real one.

    A direction that reads backwards computes from the padding to the row's first step, so its real steps are
    the last ones computed; a forward one's are the first.
    """
    steps = norms.shape[1]
    distance = np.full_like(norms, np.nan)
    for row, length in enumerate(lengths):
        real = norms[row, steps - length :] if reverse else norms[row, :length]
        distance[row, :length] = real[::-1]
    known = np.isfinite(distance)
    count = known.sum(axis=0)
    mean: NDArray[np.float64] = np.where(known, distance, 0.0).sum(axis=0) / np.maximum(count, 1)
    mean[count == 0] = np.nan
    return mean


def _keep_bias(cell: Cell[Any, Any]) -> tuple[float, float] | None:
    """The smallest and the largest bias of the gate that keeps."""
    keeper = KEEPERS.get(cell.label)
    if keeper is None or keeper not in cell.blocks:
        return None
    place = cell.blocks.index(keeper) * cell.hidden_size
    biases = cell.b.detach()[place : place + cell.hidden_size]
    return float(biases.min()), float(biases.max())


def _largest_eigenvalue(cell: Cell[Any, Any]) -> float | None:
    """Of U, for a cell that is nothing but U."""
    if len(cell.blocks) != 1:
        return None
    return float(torch.linalg.eigvals(cell.U.detach().double()).abs().max())


def _words(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}" if value.numel() != 1 else f"{value.item():g}"
    return type(value).__name__
