"""Adam that touches only the rows a batch has read: for the tables of an embedding."""

from collections.abc import Callable
from typing import Any, final

import torch
from torch import Tensor
from torch.optim import AdamW


@final
class RowWiseAdamW(AdamW):
    """AdamW; of a parameter with a sparse gradient, only the rows with a gradient move.

    Plain Adam walks over a whole table in each step, also over the words that the batch does not have: with
    50,000 words that is most of a step's time. Here a row's averages stand still until the row is read
    again (as in ``torch.optim.SparseAdam``), and so does its weight decay; the correction of the first
    steps counts all steps. Parameters with a dense gradient are updated as by AdamW.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update all parameters that have a gradient."""
        sparse: list[tuple[dict[str, Any], Tensor, Tensor]] = []
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and parameter.grad.is_sparse:
                    sparse.append((group, parameter, parameter.grad.coalesce()))
                    parameter.grad = None
        loss: float | None = super().step(closure)
        for group, parameter, gradient in sparse:
            self._step_rows(group, parameter, gradient)
            parameter.grad = gradient
        return loss

    def _step_rows(self, group: dict[str, Any], parameter: Tensor, gradient: Tensor) -> None:
        memory = self.state[parameter]
        if not memory:
            memory["step"] = torch.zeros(())
            memory["exp_avg"] = torch.zeros_like(parameter)
            memory["exp_avg_sq"] = torch.zeros_like(parameter)
        memory["step"] += 1
        steps, rate = float(memory["step"]), group["lr"]
        beta_1, beta_2 = group["betas"]
        rows, g = gradient.indices()[0], gradient.values()  # (touched,), (touched, size)

        # index_select copies whole rows, where memory[rows] would copy number by number.
        mean = memory["exp_avg"].index_select(0, rows).lerp_(g, 1 - beta_1)
        square = memory["exp_avg_sq"].index_select(0, rows).mul_(beta_2).addcmul_(g, g, value=1 - beta_2)
        memory["exp_avg"].index_copy_(0, rows, mean)
        memory["exp_avg_sq"].index_copy_(0, rows, square)
        spread = square.div_(1 - beta_2**steps).sqrt_().add_(group["eps"])
        moved = parameter.index_select(0, rows).mul_(1 - rate * group["weight_decay"])
        parameter.index_copy_(0, rows, moved.addcdiv_(mean, spread, value=-rate / (1 - beta_1**steps)))
