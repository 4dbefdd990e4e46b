"""How many steps of each row are real; the rest is padding and must have no effect."""

import torch
from torch import Tensor

from hiddenstate.errors import ShapeError


def check_lengths(lengths: Tensor, batch_size: int, time_steps: int) -> None:
    """Raise `ShapeError` unless `lengths` holds one whole number from 0 to `time_steps` for each row."""
    if lengths.shape != (batch_size,):
        raise ShapeError(
            f"lengths: expected shape ({batch_size},), got {tuple(lengths.shape)}. "
            "Give one length for each row."
        )
    if lengths.is_floating_point() or lengths.dtype == torch.bool:
        raise ShapeError(f"lengths: expected whole numbers, got {lengths.dtype}. Use torch.int64.")
    if batch_size == 0:
        return
    shortest, longest = (int(bound) for bound in torch.aminmax(lengths))
    if shortest < 0 or longest > time_steps:
        raise ShapeError(
            f"lengths: expected 0 to {time_steps}, the steps in x, got {shortest} to {longest}. "
            "Count each row's real steps."
        )


def valid_steps(lengths: Tensor, time_steps: int) -> Tensor:
    """(batch, time) mask, true where a step is real; lengths: (batch,).

    >>> valid_steps(torch.tensor([2, 0]), 3)
    tensor([[ True,  True, False],
            [False, False, False]])
    """
    return torch.arange(time_steps, device=lengths.device) < lengths.unsqueeze(1)


def reverse_each(x: Tensor, lengths: Tensor) -> Tensor:
    """Each row's real steps in reverse order, padding where it was; x: (batch, time, feature).

    >>> reverse_each(torch.tensor([[[1], [2], [9]]]), torch.tensor([2])).flatten()
    tensor([2, 1, 9])
    """
    steps = torch.arange(x.shape[1], device=x.device)
    last = lengths.to(x.device).unsqueeze(1) - 1  # (batch, 1)
    source = torch.where(steps <= last, last - steps, steps)  # (batch, time)
    return x.gather(1, source.unsqueeze(-1).expand(-1, -1, x.shape[2]))
