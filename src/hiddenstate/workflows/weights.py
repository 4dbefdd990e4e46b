"""The weights of a model's networks in a bundle, each under a prefix of its own."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.bundle import Bundle
from hiddenstate.errors import BundleError


def weights_of(models: Sequence[nn.Module]) -> dict[str, Tensor]:
    """The weights of all members."""
    return {
        f"member{number}.{name}": tensor
        for number, model in enumerate(models)
        for name, tensor in model.state_dict().items()
    }


def with_constants(
    weights: Mapping[str, Tensor], constants: Mapping[str, NDArray[np.float32]]
) -> dict[str, Tensor | NDArray[np.float32]]:
    """The weights and what a program needs beside them."""
    return {**weights, **constants}


def load_members(bundle: Bundle, build: Callable[[], nn.Module], members: int) -> tuple[nn.Module, ...]:
    """Networks made by `build` with the weights of `bundle`, in evaluation mode.

    Raises `BundleError` for weights that do not fit.
    """
    tensors = bundle.load_tensors()
    models = []
    for number in range(members):
        prefix = f"member{number}."
        own = {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}
        model = build()
        try:
            model.load_state_dict(own)
        except RuntimeError as error:
            reason = str(error).split("\n")[1].strip()
            raise BundleError(
                f"{bundle.folder / 'weights.safetensors'}: expected the weights of its settings, got: {reason} "
                "Train the model again."
            ) from None
        models.append(model.eval())
    return tuple(models)
