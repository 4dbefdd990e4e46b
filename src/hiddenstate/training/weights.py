"""The part of a model that training changes: copies of it, and what identifies the rest."""

import hashlib
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


def changing(model: nn.Module) -> dict[str, Tensor]:
    """Name -> tensor of the parameters that are not frozen and of the buffers that a model saves.

    A frozen table of word vectors can be the largest part of a model; it is copied nowhere.
    """
    saved = model.state_dict().keys()
    buffers = {name: buffer for name, buffer in model.named_buffers() if name in saved}
    parameters = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    return parameters | buffers


def snapshot(model: nn.Module) -> dict[str, Tensor]:
    """A copy of what training changes."""
    return {name: tensor.clone() for name, tensor in changing(model).items()}


@torch.no_grad()
def restore(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Copy a `snapshot` back into the model, whose tensors stay where they are in memory."""
    for name, tensor in changing(model).items():
        tensor.copy_(weights[name])


def shapes(model: nn.Module) -> dict[str, str]:
    """Name -> type and shape of every parameter and saved buffer, frozen ones too."""
    return {
        name: f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
        for name, tensor in model.state_dict().items()
        if isinstance(tensor, Tensor)
    }


def frozen_digest(model: nn.Module) -> str:
    """SHA-256 of the frozen parameters: a run may resume only on the same ones."""
    return digest((name, p.detach()) for name, p in model.named_parameters() if not p.requires_grad)


def digest(tensors: Iterable[tuple[str, Tensor]]) -> str:
    """SHA-256 over names and bytes, hexadecimal."""
    total = hashlib.sha256()
    for name, tensor in tensors:
        total.update(name.encode())
        total.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()
