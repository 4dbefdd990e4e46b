"""Every random number of a run comes from one seed, through here.

A stream is named by the run's seed and what it is for (``derive(seed, "dropout", epoch)``), so a run
that resumes at epoch 7 draws exactly what an uninterrupted one draws there.
"""

import hashlib
import random

import numpy as np


def derive(seed: int, *purpose: str | int) -> int:
    """A 63-bit seed for one purpose, stable across machines and Python versions.

    >>> derive(1, "shuffle", 0) == derive(1, "shuffle", 0)
    True
    >>> derive(1, "shuffle", 0) == derive(1, "shuffle", 1)
    False
    """
    text = "/".join([str(seed), *map(str, purpose)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """A NumPy generator for one purpose."""
    return np.random.default_rng(derive(seed, *purpose))


def seed_everything(seed: int, *purpose: str | int) -> None:
    """Seed Python's, NumPy's and torch's global generators (weight initialisation and dropout use them)."""
    import torch  # heavy: only a process that trains needs it

    value = derive(seed, *purpose)
    random.seed(value)
    np.random.seed(value % 2**32)
    torch.manual_seed(value)
