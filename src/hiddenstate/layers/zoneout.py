"""Zoneout: in training, random units keep their state for a step instead of taking the new one."""

from typing import TypeVar

from torch import Tensor

State = TypeVar("State", bound=tuple[Tensor, ...])


def draw_zone(state: tuple[Tensor, ...], steps: int, share: float, *, training: bool) -> Tensor:
    """What is kept of each unit: (rows, steps, parts of the state, hidden), 1 with probability `share`, else 0.

    Outside training the mean, `share` itself, in axes of length 1.

    >>> import torch
    >>> draw_zone((torch.zeros(4, 2),), 7, 0.1, training=False)
    tensor([[[[0.1000, 0.1000]]]])
    """
    (rows, hidden), parts = state[0].shape, len(state)
    if not training:
        return state[0].new_full((1, 1, parts, hidden), share)
    return state[0].new_empty(rows, steps, parts, hidden).bernoulli_(share)


def zone_at(zone: Tensor, time: int) -> Tensor:
    """(parts, rows or 1, hidden) what is kept at that step."""
    return zone[:, time if zone.shape[1] > 1 else 0].movedim(1, 0)


def keep_some(new: State, old: State, kept: Tensor) -> list[Tensor]:
    """s_t = z_t ⊙ s_{t-1} + (1 - z_t) ⊙ s̃_t for each part of the state; kept: z_t as `zone_at` gives it.

    Source: Krueger et al. (2017), "Zoneout: regularizing RNNs by randomly preserving hidden activations".

    >>> import torch
    >>> keep_some((torch.tensor([[1.0, 2.0]]),), (torch.tensor([[5.0, 6.0]]),), torch.tensor([[[0.0, 1.0]]]))
    [tensor([[1., 6.]])]
    """
    return [z * before + (1 - z) * after for after, before, z in zip(new, old, kept, strict=True)]
