"""Named weights to safetensors bytes and back; torch is imported only where tensors come in or go out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors import numpy as safetensors_numpy

from hiddenstate.errors import BundleError

if TYPE_CHECKING:
    import torch


def encode_weights(weights: Mapping[str, NDArray[Any] | torch.Tensor]) -> bytes:
    """Safetensors bytes of NumPy arrays or torch tensors (of any device).

    Tensors that share their memory (tied weights) are stored once per name.
    """
    if all(isinstance(value, np.ndarray) for value in weights.values()):
        arrays = {name: np.ascontiguousarray(value) for name, value in weights.items()}
        return bytes(safetensors_numpy.save(arrays))

    import torch
    from safetensors import torch as safetensors_torch

    tensors = {
        name: torch.as_tensor(value).detach().to("cpu", copy=True).contiguous()
        for name, value in weights.items()
    }
    return bytes(safetensors_torch.save(tensors))


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Weights as NumPy arrays, without torch. Raises `BundleError` for a damaged file.

    NumPy has no bfloat16: such weights are refused; `read_tensors` takes them.
    """
    try:
        arrays = dict(safetensors_numpy.load_file(path))
        # A package that brings such types along (ml_dtypes) must not change the answer.
        strange = sorted({value.dtype.name for value in arrays.values() if value.dtype.kind == "V"})
        if strange:
            raise TypeError(strange[0])
        return arrays
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from None
    except (KeyError, TypeError) as error:
        raise BundleError(
            f"{path}: expected weights of a type that NumPy has, got {error}. Load them as tensors."
        ) from None


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Weights as torch tensors on the CPU. Raises `BundleError` for a damaged file."""
    from safetensors import torch as safetensors_torch

    try:
        return dict(safetensors_torch.load_file(path))
    except (OSError, SafetensorError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> BundleError:
    return BundleError(
        f"{path}: expected weights in the safetensors format, got: {error}. "
        "Restore the file from a copy or train the model again."
    )
