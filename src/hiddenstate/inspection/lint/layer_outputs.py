"""The outputs of a recurrent layer as (batch, time, feature), exchanged for others while the model runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from hiddenstate.inspection.lint.probe import Probe

Exchange = Callable[[Tensor, Tensor | None], Tensor]
"""(outputs (batch, time, feature), lengths or None) -> outputs of the same shape."""


@contextmanager
def exchanged(layer: nn.Module, exchange: Exchange) -> Iterator[None]:
    """Within this block the layer's outputs pass through `exchange`."""

    def hook(module: nn.Module, args: Any, output: Any) -> Any:
        return (_passed(module, output[0], exchange), *output[1:])

    handle = layer.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def _passed(module: nn.Module, outputs: Any, exchange: Exchange) -> Any:
    if isinstance(outputs, PackedSequence):
        padded, lengths = pad_packed_sequence(outputs, batch_first=True)
        # The same lengths give the same order.
        return pack_padded_sequence(
            exchange(padded, lengths), lengths, batch_first=True, enforce_sorted=False
        )
    if isinstance(module, nn.RNNBase) and not module.batch_first:
        return exchange(outputs.transpose(0, 1), None).transpose(0, 1)
    return exchange(outputs, None)


def step_gradients(probe: Probe, layer: nn.Module, inputs: Tensor | None = None) -> Tensor | None:
    """(batch, time, feature) how the answer's numbers depend on each output of `layer`; None where they do not.

    Weighted at random, so that dependences do not cancel.
    """
    leaves: list[Tensor] = []

    def leaf(outputs: Tensor, lengths: Tensor | None) -> Tensor:
        leaves.append(outputs.detach().requires_grad_())
        return leaves[-1]

    with torch.enable_grad(), exchanged(layer, leaf):
        answer = probe.answer(inputs)
        if not leaves or not answer.requires_grad:
            return None
        weights = torch.rand(answer.shape, generator=torch.Generator().manual_seed(0)) + 0.5
        (gradient,) = torch.autograd.grad((answer * weights.to(answer)).sum(), leaves[-1], allow_unused=True)
    return gradient
