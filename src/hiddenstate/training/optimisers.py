"""The optimisers by name. Importing this loads no torch: the command line reads the names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hiddenstate.errors import TrainingError

if TYPE_CHECKING:
    import torch
    from torch import nn

    from hiddenstate.training.settings import TrainingSettings

Group = dict[str, Any]
"""Parameters and how strongly they decay, as torch's optimisers take them."""


def build_optimiser(model: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimiser that `settings` names, over the parameters of `model` that are not frozen.

    Weight decay holds for matrices only: pulling a forget bias of 1 towards 0 would undo what it is
    for. Raises `TrainingError` when every parameter is frozen.
    """
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not learning:
        raise TrainingError(
            "expected a model with parameters to train, got none that requires gradients. Unfreeze some."
        )
    groups: list[Group] = [{"params": learning, "weight_decay": 0.0}]
    if settings.weight_decay:
        groups = [
            {"params": [p for p in learning if p.ndim >= 2], "weight_decay": settings.weight_decay},
            {"params": [p for p in learning if p.ndim < 2], "weight_decay": 0.0},
        ]
    # The rows that a batch reads come as sparse gradients, which no other optimiser takes.
    on_cpu = all(p.device.type == "cpu" for p in learning)
    sparse = settings.optimiser in ON_TABLES and (on_cpu or settings.optimiser == "row_wise_adamw")
    for module in model.modules():
        if hasattr(module, "sparse_gradients"):
            setattr(module, "sparse_gradients", sparse)  # noqa: B010  typed as a tensor
    # One call for all parameters instead of several per parameter; torch has it for these devices.
    fused = all(p.is_floating_point() and p.device.type in ("cpu", "cuda") for p in learning)
    return OPTIMISERS[settings.optimiser]([group for group in groups if group["params"]], settings, fused)


def _adam(groups: list[Group], settings: TrainingSettings, fused: bool) -> torch.optim.Optimizer:
    """Kingma and Ba (2015), https://arxiv.org/abs/1412.6980; weight decay joins the gradient."""
    from hiddenstate.training.dense_rows import AdamOnTables

    return AdamOnTables(
        groups, lr=settings.learning_rate, betas=(_momentum(settings, 0.9), 0.999), fused=fused
    )


def _adamw(groups: list[Group], settings: TrainingSettings, fused: bool) -> torch.optim.Optimizer:
    """Loshchilov and Hutter (2019), https://arxiv.org/abs/1711.05101; weight decay stays apart."""
    from hiddenstate.training.dense_rows import AdamWOnTables

    return AdamWOnTables(
        groups, lr=settings.learning_rate, betas=(_momentum(settings, 0.9), 0.999), fused=fused
    )


def _row_wise_adamw(groups: list[Group], settings: TrainingSettings, fused: bool) -> torch.optim.Optimizer:
    """AdamW that moves only the rows of an embedding that a batch has read; see `RowWiseAdamW`."""
    from hiddenstate.training.row_wise import RowWiseAdamW

    betas = (_momentum(settings, 0.9), 0.999)
    return RowWiseAdamW(groups, lr=settings.learning_rate, betas=betas, fused=fused)


def _nadam(groups: list[Group], settings: TrainingSettings, fused: bool) -> torch.optim.Optimizer:
    """Dozat (2016): Adam with Nesterov's look ahead. torch has no fused form."""
    from torch.optim import NAdam

    return NAdam(groups, lr=settings.learning_rate, betas=(_momentum(settings, 0.9), 0.999))


def _rmsprop(groups: list[Group], settings: TrainingSettings, fused: bool) -> torch.optim.Optimizer:
    """Hinton (2012), lecture 6e. torch has no fused form."""
    from torch.optim import RMSprop

    return RMSprop(groups, lr=settings.learning_rate, momentum=_momentum(settings, 0.0))


def _sgd(groups: list[Group], settings: TrainingSettings, fused: bool) -> torch.optim.Optimizer:
    """Gradient descent; with momentum, in Nesterov's form."""
    from torch.optim import SGD

    momentum = _momentum(settings, 0.9)
    return SGD(groups, lr=settings.learning_rate, momentum=momentum, nesterov=momentum > 0, fused=fused)


def _momentum(settings: TrainingSettings, customary: float) -> float:
    return customary if settings.momentum is None else settings.momentum


OPTIMISERS: dict[str, Callable[[list[Group], TrainingSettings, bool], torch.optim.Optimizer]] = {
    "adam": _adam,
    "adamw": _adamw,
    "nadam": _nadam,
    "rmsprop": _rmsprop,
    "row_wise_adamw": _row_wise_adamw,
    "sgd": _sgd,
}

ON_TABLES = {"adam", "adamw", "row_wise_adamw"}
"""Those that take the sparse gradients of an embedding."""
