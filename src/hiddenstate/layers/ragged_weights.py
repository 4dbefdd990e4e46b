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
    units, width = widening.units, widening.blocks * widening.units
    inputs = seen.shape[1] - units
    shared = width if kind.shared_blocks is None else kind.shared_blocks * units
    d_own = memory[:, kind.own_gradient * units :][:, : width - shared]  # of products with h alone
    both = seen.new_empty(width, inputs + units)  # the gradient of W beside that of U
    if shared:
        torch.mm(d_inputs[:, :shared].T, seen, out=both[:shared])
    if shared < width:
        torch.mm(d_inputs[:, shared:].T, seen[:, :inputs], out=both[shared:, :inputs])
        torch.mm(d_own.T, seen[:, inputs:], out=both[shared:, inputs:])
    both = widening.narrow_rows(both)
    d_U = both[:, inputs:][:, : widening.hidden]
    d_W = d_products = d_extra = d_b = None
    if direction.products is None:
        d_W = both[:, :inputs]
    else:
        d_products = _sum_by_place(plan, d_inputs, direction.products)
    if not kind.learns_b:
        d_b = widening.narrow_rows(d_inputs.sum(0))
    if direction.extra is not None and learnt is None:  # the GRU's b_hn
        d_extra = d_own.sum(0)[: widening.hidden]
    if learnt is not None:
        sums = widening.narrow_columns(learnt.sum(0).view(-1, units)).reshape(-1)
        biases = widening.blocks * widening.hidden
        d_extra, d_b = (sums[:-biases], sums[-biases:]) if kind.learns_b else (sums, d_b)
    return Direction(d_W, d_products, d_U, d_b, d_extra, None, None, None, None)


def _sum_by_place(plan: Plan, d_inputs: Tensor, products: Tensor) -> Tensor:
    """The gradient of each product: the sum over the frames that have taken it."""
    return torch.zeros_like(products).index_add_(0, plan.places_of_frames, d_inputs)
