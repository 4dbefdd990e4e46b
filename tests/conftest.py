"""Fixtures and settings that every kind of test uses."""

import os
from pathlib import Path

# Before torch is imported: several test processes with several threads each only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

# The first call of torch or polars in a process takes longer than hypothesis allows for one example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def shared_data() -> Path:
    """Folder of real data sets beside the checkout; the test skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real data sets are not beside this checkout (../shared/data)")
    return SHARED
