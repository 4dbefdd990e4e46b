"""Training any model: settings, the loop, and what watches it.

Importing this loads no torch (the command line reads `TrainingSettings`); the names that need torch
are loaded when they are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hiddenstate.training.progress import RichWatcher
from hiddenstate.training.settings import TrainingSettings
from hiddenstate.training.watcher import SilentWatcher, Watcher

if TYPE_CHECKING:
    from hiddenstate.training.batches import Batches, TensorBatches
    from hiddenstate.training.trainer import Trainer

__all__ = [
    "Batches",
    "RichWatcher",
    "SilentWatcher",
    "TensorBatches",
    "Trainer",
    "TrainingSettings",
    "Watcher",
]

_NEEDS_TORCH = {"Batches": "batches", "TensorBatches": "batches", "Trainer": "trainer"}


def __getattr__(name: str) -> Any:
    if name not in _NEEDS_TORCH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_NEEDS_TORCH[name]}"), name)
