"""The gradients of the weights, from what the backward kernels leave: one large product each."""

import torch
from torch import Tensor

from hiddenstate.layers.ragged_passes import Direction, Kept, Plan


def weight_gradients(plan: Plan, direction: Direction, gradients: Kept, learnt: Tensor | None) -> Direction:
    """The gradients of W or the products, and of U, b and the extra parameters.

    `gradients` is what `backward_pass` left in `kept`, `learnt` what the cell's own kernel has added up.
    """
    widening, kind = plan.widening, plan.kind
    d_inputs, memory, seen = gradients.gates, gradients.memory, gradients.seen
    inputs, units = seen.shape[1] - widening.units, widening.units
    x, h_before = seen[:, :inputs], seen[:, inputs:]  # (frames, input), (frames, units)
    if direction.mask is not None:  # U was multiplied by the masked h
        mask = widening.columns(direction.mask)
        h_before = h_before * mask.repeat_interleave(torch.from_numpy(plan.frames.lengths), dim=0)
    d_W = d_products = d_extra = None
    if direction.products is None:
        d_W = widening.narrow_rows(d_inputs.T @ x)  # (blocks · hidden, input)
    else:
        d_products = _sum_by_place(plan, d_inputs, direction.products)
    if kind.shared_blocks is None:
        d_U = d_inputs.T @ h_before  # (blocks · units, units)
    else:  # some products with h have gradients of their own
        shared = kind.shared_blocks * units
        d_own = memory[:, kind.own_gradient * units :][:, : widening.blocks * units - shared]
        d_U = seen.new_empty(widening.blocks * units, units)
        torch.mm(d_inputs[:, :shared].T, h_before, out=d_U[:shared])
        torch.mm(d_own.T, h_before, out=d_U[shared:])
        d_extra = d_own.sum(0)[: widening.hidden]  # of b_hn: where a cell has another, it is among the learnt
    d_U = widening.narrow_rows(d_U)[:, : widening.hidden]
    d_b = None if kind.learns_b else widening.narrow_rows(d_inputs.sum(0))
    if learnt is not None:
        sums = learnt.sum(0).view(-1, units)[:, : widening.hidden].flatten()
        biases = widening.blocks * widening.hidden
        d_extra, d_b = (sums[:-biases], sums[-biases:]) if kind.learns_b else (sums, d_b)
    return Direction(d_W, d_products, d_U, d_b, d_extra, None, None, None, None)


def _sum_by_place(plan: Plan, d_inputs: Tensor, products: Tensor) -> Tensor:
    """The gradient of each product: the sum over the frames that have taken it."""
    return torch.zeros_like(products).index_add_(0, plan.places_of_frames, d_inputs)
