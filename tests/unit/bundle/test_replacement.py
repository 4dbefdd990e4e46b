"""A save is whole or has not happened, and never deletes what is not a model."""

import dataclasses
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hiddenstate.bundle import check_target, disk, open_bundle, save_bundle
from hiddenstate.errors import BundleError, OutputError


@pytest.fixture
def newer(contents):
    return dataclasses.replace(contents, card="# Newer\n", extra={})


def test_an_existing_model_is_kept_without_force(saved, newer, tree):
    before = tree(saved.parent)
    with pytest.raises(OutputError, match=r"expected a new folder, got one with 9 files.*--force"):
        save_bundle(saved, newer)
    assert tree(saved.parent) == before


def test_force_replaces_the_whole_folder(saved, newer):
    save_bundle(saved, newer, force=True)
    assert open_bundle(saved).card == "# Newer\n"
    assert not (saved / "parity.json").exists()
    assert [path.name for path in saved.parent.iterdir()] == ["model"], "nothing is left beside it"


def test_force_replaces_a_damaged_model(saved, newer):
    for name in ("parity.json", "model.onnx"):  # which a damaged list does not vouch for
        (saved / name).unlink()
    (saved / "manifest.json").write_text("{")
    save_bundle(saved, newer, force=True)
    assert open_bundle(saved).card == "# Newer\n"


def test_force_deletes_nothing_but_models(tmp_path, saved, newer, tree):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.md").touch()
    (saved / "notes.txt").touch()
    before = tree(tmp_path)
    with pytest.raises(OutputError, match=r"home: expected a model to replace"):
        save_bundle(tmp_path / "home", newer, force=True)
    with pytest.raises(OutputError, match=r"got also notes\.txt, which replacing would delete"):
        save_bundle(saved, newer, force=True)
    assert tree(tmp_path) == before


def test_a_file_in_the_way_is_refused(tmp_path, contents):
    (tmp_path / "model").write_text("mine")
    with pytest.raises(OutputError, match="expected a folder for the model, got a file"):
        save_bundle(tmp_path / "model", contents, force=True)
    assert (tmp_path / "model").read_text() == "mine"


def test_an_empty_folder_and_missing_parents_are_fine(tmp_path, contents):
    (tmp_path / "empty").mkdir()
    save_bundle(tmp_path / "empty", contents)
    save_bundle(tmp_path / "runs" / "today" / "model", contents)
    assert open_bundle(tmp_path / "empty").kind == "forecaster"
    assert open_bundle(tmp_path / "runs" / "today" / "model").kind == "forecaster"


def test_a_link_stays_and_its_target_is_replaced(tmp_path, saved, newer):
    (tmp_path / "latest").symlink_to(saved)
    save_bundle(tmp_path / "latest", newer, force=True)
    assert (tmp_path / "latest").is_symlink()
    assert open_bundle(saved).card == "# Newer\n"


def fail_at(monkeypatch, name, error):
    """The disk refuses as soon as the file `name` is written."""
    write = disk._write_through

    def refuse(path, data):
        if path.name == name:
            path.write_bytes(data[:1])  # part of it got through
            raise error
        write(path, data)

    monkeypatch.setattr(disk, "_write_through", refuse)


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("name", ["settings.toml", "weights.safetensors", "manifest.json"])
def test_a_full_disk_leaves_everything_as_it_was(saved, newer, tree, monkeypatch, name):
    before = tree(saved.parent)
    fail_at(monkeypatch, name, FULL)
    with pytest.raises(OutputError, match=r"model: expected to be able to write here, got: No space left"):
        save_bundle(saved, newer, force=True)
    assert tree(saved.parent) == before


def test_a_failed_first_save_leaves_nothing(tmp_path, contents, monkeypatch):
    fail_at(monkeypatch, "card.md", FULL)
    with pytest.raises(OutputError, match="No space left"):
        save_bundle(tmp_path / "runs" / "model", contents)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_saving_leaves_everything_as_it_was(saved, newer, tree, monkeypatch):
    before = tree(saved.parent)
    fail_at(monkeypatch, "metrics.json", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        save_bundle(saved, newer, force=True)
    assert tree(saved.parent) == before


def test_a_swap_that_fails_puts_the_old_model_back(saved, newer, tree, monkeypatch):
    before = tree(saved.parent)
    rename = Path.rename

    def refuse(path, target):
        if path.suffix == ".partial":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="Input/output error"):
        save_bundle(saved, newer, force=True)
    assert tree(saved.parent) == before


def test_everything_is_flushed_before_the_rename(tmp_path, contents, monkeypatch):
    events = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda number: (events.append("flush"), fsync(number))[1])
    monkeypatch.setattr(Path, "rename", lambda path, to: (events.append("rename"), rename(path, to))[1])
    save_bundle(tmp_path / "model", contents)
    files_and_folder = 9 + 1
    assert events == ["flush"] * files_and_folder + ["rename", "flush"]


def run_in_process(code, *arguments):
    return subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)


SAVE = """
import sys
from pathlib import Path
import numpy as np
from hiddenstate.bundle import Contents, save_bundle
from hiddenstate.errors import OutputError
contents = Contents("forecaster", "", {}, {"w": np.zeros(100_000)}, {}, "# Newer", "")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")
def test_a_real_limit_of_the_system_while_writing(saved, tree):
    code = (
        "import resource\n" + SAVE + "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n    save_bundle(sys.argv[1], contents, force=True)\n"
        "except OutputError as error:\n    print(error)\n"
    )
    for name in ("parity.json", "model.onnx"):
        assert (saved / name).exists()
    before = tree(saved.parent)
    run = run_in_process(code, saved)
    assert "expected to be able to write here, got: File too large" in run.stdout
    assert run.stderr == ""
    assert tree(saved.parent) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_between_the_two_renames_the_old_model_can_be_found(saved):
    code = SAVE + (
        "import os, signal\nrename = Path.rename\n"
        "def killed(path, target):\n"
        "    if path.suffix == '.partial': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return rename(path, target)\n"
        "Path.rename = killed\nsave_bundle(sys.argv[1], contents, force=True)\n"
    )
    assert run_in_process(code, saved).returncode == -signal.SIGKILL
    with pytest.raises(
        BundleError, match=r"A save was cut off: rename .*\.model\..*\.previous to"
    ) as refusal:
        open_bundle(saved)
    previous = Path(str(refusal.value).split("rename ")[1].split(" to ")[0])
    previous.rename(saved)
    assert open_bundle(saved).card == "# Demand\n"


def test_an_unwritable_place_is_found_before_training(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="expected to be able to write here, got: Not a directory"):
        check_target(tmp_path / "file" / "model")

    def denied(path, *arguments, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "mkdir", denied)  # the superuser may write everywhere
    with pytest.raises(OutputError, match="model: expected to be able to write here, got: Permission denied"):
        check_target(tmp_path / "model")


def test_asking_for_the_target_leaves_no_trace(tmp_path):
    check_target(tmp_path / "runs" / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "state"
    disk.write_file(path, b"first")
    disk.write_file(path, b"second")
    assert path.read_bytes() == b"second"
    fail_at(monkeypatch, ".state.partial", FULL)
    with pytest.raises(OutputError, match="No space left"):
        disk.write_file(path, b"third")
    assert [(entry.name, entry.read_bytes()) for entry in path.parent.iterdir()] == [("state", b"second")]
    fail_at(monkeypatch, ".other.partial", FULL)
    with pytest.raises(OutputError, match="No space left"):
        disk.write_file(tmp_path / "new" / "other", b"first")
    assert not (tmp_path / "new").exists()
