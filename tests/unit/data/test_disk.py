"""Values on disk: the same as in memory, and gone when the program ends."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hiddenstate.data import disk
from hiddenstate.data.disk import Spool, allocate
from hiddenstate.errors import OutputError

PROGRAM = """
import numpy as np
from hiddenstate.data.disk import Spool, allocate
spool = Spool(2, on_disk=True)
spool.add(np.ones((3, 2), dtype=np.float32))
array = allocate((4, 2), on_disk=True)
array[1] = spool.array()[0]
print(spool.array().filename, array.filename)
"""


@pytest.mark.parametrize("on_disk", [False, True])
def test_parts_become_one_array(on_disk: bool):
    spool = Spool(2, on_disk)
    parts = [np.arange(6, dtype=np.float32).reshape(3, 2), np.full((1, 2), np.nan, dtype=np.float32)]
    for part in parts:
        spool.add(part)
    array = spool.array()
    np.testing.assert_array_equal(array, np.concatenate(parts))
    assert isinstance(array, np.memmap) is on_disk
    array[0] = 7  # gaps are filled in place
    assert array[0].tolist() == [7, 7]


def test_a_new_array_is_unknown_everywhere(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disk, "BLOCK_ROWS", 2)
    for on_disk in (False, True):
        assert np.isnan(allocate((5, 2), on_disk)).all()


def test_the_folder_is_removed_when_the_program_ends(tmp_path: Path):
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True, text=True, check=True, env={"TMPDIR": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    files = [Path(name) for name in run.stdout.split()]
    assert len(files) == 2
    assert all(file.is_relative_to(tmp_path) for file in files)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_explained(monkeypatch: pytest.MonkeyPatch):
    def full(*_args, **_keywords):
        raise OSError(28, "No space left on device")

    spool = Spool(1, on_disk=True)
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(
        OutputError, match=r"got: No space left on device\. Make room, or set TMPDIR to a larger disk"
    ):
        spool.add(np.zeros((1, 1), dtype=np.float32))
    monkeypatch.setattr(np.lib.format, "open_memmap", full)
    with pytest.raises(OutputError, match="expected room for the values of a large file"):
        allocate((1, 1), on_disk=True)
