"""What a recurrent model remembers between steps, as a value that can be passed on, kept and saved."""

from pathlib import Path
from typing import Self, final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from hiddenstate.errors import HiddenstateError, OutputError

FORMAT = "hiddenstate state 1"


class StateError(HiddenstateError):
    """A state is damaged, or belongs to another model."""


@final
class State:
    """Everything that one model needs in order to go on; a step takes one and makes another.

    `model` says whose it is. `values` is one float32 array, (size,), or (streams, size) for several streams; what
    stands where is the model's business: see `Recurrence.state_parts`. Treat it as read-only.
    """

    __slots__ = ("model", "values")

    def __init__(self, model: str, values: NDArray[np.float32]) -> None:
        self.model = model
        self.values = values

    def __repr__(self) -> str:
        return f"State(model={self.model[:12]!r}, shape={self.values.shape})"

    def save(self, path: str | Path) -> None:
        """Write a safetensors file, whole or not at all. Raises `OutputError` if that fails."""
        path = Path(path)
        content = save({"values": np.ascontiguousarray(self.values)}, {"format": FORMAT, "model": self.model})
        beside = path.with_name(path.name + ".part")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise OutputError(
                f"{path}: expected to write the state there, got {error.strerror}. Choose another place."
            ) from None

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote. Whether it fits a model, the model says when it is used.

        Raises `StateError` for a file that is missing, damaged or something else.
        """
        try:
            with safe_open(path, framework="numpy") as content:
                told = content.metadata() or {}
                names = list(content.keys())
                values = content.get_tensor("values") if names == ["values"] else None
        except (OSError, SafetensorError) as error:
            raise StateError(
                f"{path}: expected a saved state, got: {error}. Restore the file, or begin with an initial state."
            ) from None
        fits = values is not None and values.dtype == np.float32 and np.isfinite(values).all()
        if told.get("format") != FORMAT or "model" not in told or not fits:
            raise StateError(
                f"{path}: expected a saved state, got a safetensors file of {told.get('format', 'another kind')} "
                f"with {', '.join(names) or 'nothing'}. Give a file that State.save wrote."
            )
        return cls(told["model"], np.asarray(values))
