"""Tensors out of a user's files: ``.npy``, ``.pt`` and ``.safetensors``. No pickle is run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hiddenstate.choices import choose
from hiddenstate.errors import InputError


def read_arguments(path: Path, dtype: torch.dtype) -> tuple[Any, ...]:
    """What the model is called with: one tensor, or several where the file holds a list, tuple or dict of them.

    Numbers with a fraction become `dtype`, the type of the model's weights, and whole ones int64, as embeddings want.
    Raises `InputError` for a file that is not there, of another type, damaged, or with something else in it.
    """
    content = _read(path)
    parts = (
        tuple(content.values())
        if isinstance(content, dict)
        else tuple(content)
        if isinstance(content, tuple | list)
        else (content,)
    )
    for part in parts:
        if not isinstance(part, Tensor):
            raise InputError(
                f"{path}: expected a tensor or several, got {type(part).__name__}. "
                "Save what forward() takes: torch.save(x, ...) or np.save(..., x)."
            )
    return tuple(_as_model_reads(part, dtype) for part in parts)


def read_vector(path: Path, what: str) -> Tensor:
    """(batch,) whole numbers: lengths or targets. Raises `InputError`."""
    content = _read(path)
    if not isinstance(content, Tensor) or content.ndim != 1 or content.is_floating_point():
        got = tuple(content.shape) if isinstance(content, Tensor) else type(content).__name__
        kind = f" of {content.dtype}" if isinstance(content, Tensor) else ""
        raise InputError(
            f"{path}: expected {what}, one whole number for each row, got {got}{kind}. Save a vector."
        )
    return content.long()


def _as_model_reads(part: Tensor, dtype: torch.dtype) -> Tensor:
    return part.to(dtype) if part.is_floating_point() else part.long()


def _read(path: Path) -> Any:
    read = choose(READERS, path.suffix.lower(), f"file type for {path}", InputError)
    try:
        return read(path)
    except OSError as error:
        raise InputError(
            f"{path}: expected a file that can be read, got: {error.strerror or error}. Check the path."
        ) from None
    except Exception as error:  # whatever a damaged file makes a parser raise
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path}: expected saved tensors, got a file that is none, damaged or needs pickle ({said}). Save it again."
        ) from None


def _read_npy(path: Path) -> Tensor:
    return torch.from_numpy(np.load(path, allow_pickle=False))


def _read_pt(path: Path) -> Any:
    return torch.load(path, map_location="cpu", weights_only=True)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


READERS: dict[str, Callable[[Path], Any]] = {
    ".npy": _read_npy,
    ".pt": _read_pt,
    ".pth": _read_pt,
    ".safetensors": _read_safetensors,
}
