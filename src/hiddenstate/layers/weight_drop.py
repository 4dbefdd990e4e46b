"""Weight drop: recurrent weights that are left out for a whole batch, the same ones at every step."""

from typing import Any

from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import dropout

from hiddenstate.layers.stacked import Stacked


def read_with_weight_drop(
    stack: Stacked, x: Tensor, state: Any = None, *, share: float
) -> tuple[Tensor, tuple[Any, ...]]:
    """What `stack` says of x (batch, time, input) when each weight of U is dropped with probability `share`.

    Weights that are kept are scaled by 1 / (1 - share); no step is slowed down. In eval mode, and for a share of
    0, the stack as it is. Source: Merity, Keskar & Socher (2018), "Regularizing and optimizing LSTM language
    models", section 2.

    >>> import torch
    >>> stack = Stacked("lstm", 2, hidden_size=4)
    >>> outputs, _ = read_with_weight_drop(stack, torch.ones(1, 3, 2), share=0.5)
    >>> outputs.shape
    torch.Size([1, 3, 4])
    """
    if not (stack.training and share > 0):
        outputs, final = stack(x, None, state)
        return outputs, final
    dropped: dict[str, nn.Parameter | Tensor] = {
        name: dropout(weight, share, training=True)
        for name, weight in stack.named_parameters()
        if name.endswith(".U")
    }
    outputs, final = functional_call(stack, dropped, (x, None, state))
    return outputs, final
