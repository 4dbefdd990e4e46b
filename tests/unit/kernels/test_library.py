"""Compiling with a notice, keeping the result on disk, and doing without."""

import subprocess
import sys

import pytest

from hiddenstate.cells import CELLS
from hiddenstate.kernels import library, object_code

SMALL = "rnn.backward"  # compiles in a fraction of a second


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(library, "say", lines.append)
    monkeypatch.setattr(library, "_said", set())
    return lines


@pytest.fixture
def compiled(monkeypatch):
    """The names of what the compiler was asked for."""
    names = []
    compile_it = library._compile

    def noted(function, signature):
        names.append(function.__name__)
        return compile_it(function, signature)

    monkeypatch.setattr(library, "_compile", noted)
    return names


def test_the_first_compilation_is_announced_and_the_second_comes_from_disk(
    said, compiled, monkeypatch, tmp_path
):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    first = library._code(SMALL)
    assert len(said) == 1
    assert "compiling" in said[0]
    assert library._code(SMALL) == first
    assert compiled == ["backward"], "once"
    assert len(said) == 1, "nothing to wait for, nothing to say"
    assert library.cache_folder().is_relative_to(tmp_path)


def test_a_kernel_that_was_cut_short_is_compiled_again(said, compiled, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    library._code(SMALL)
    (kept,) = tmp_path.rglob("*.kernel")
    kept.write_bytes(kept.read_bytes()[:-100])
    whole = library._code(SMALL)
    assert compiled == ["backward", "backward"]
    assert library.kept_code(kept) == whole, "and replaced"


def test_without_a_place_to_write_it_compiles_all_the_same(said, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("a file, where a folder is wanted")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert object_code.load(library._code(SMALL))
    assert any("not writable" in line for line in said)


def test_a_user_without_a_home_compiles_all_the_same(said, monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(library.Path, "home", no_home)
    assert object_code.load(library._code(SMALL))
    assert any("not writable" in line for line in said)


def test_the_folder_changes_with_the_processor_and_with_numbas_settings(monkeypatch):
    def folder():
        object_code.host.cache_clear()
        library._fingerprint.cache_clear()
        return library.cache_folder()

    try:
        before = folder()
        assert folder() == before
        monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
        assert folder() != before
        monkeypatch.delenv("NUMBA_CPU_NAME")
        import llvmlite.binding

        monkeypatch.setattr(llvmlite.binding, "get_host_cpu_name", lambda: "another")
        assert folder() != before
    finally:
        monkeypatch.undo()
        object_code.host.cache_clear()
        library._fingerprint.cache_clear()


def test_a_cell_whose_kernels_cannot_be_compiled_is_not_available_and_says_so_once(said, monkeypatch):
    def no_compiler(name):
        raise ImportError("no module named numba")

    monkeypatch.setattr(library, "kernel", library.kernel.__wrapped__)
    monkeypatch.setattr(library, "_kernel", library._kernel.__wrapped__)
    monkeypatch.setattr(library, "_code", no_compiler)
    available = library.available.__wrapped__
    assert not available("lstm")
    assert not available("lstm")
    assert len(said) == 1
    assert "torch's own operations" in said[0]


def test_an_unknown_kernel_is_an_error_of_the_toolkit():
    with pytest.raises(library.KernelError, match=r"lstm\.sideways"):
        library.kernel("lstm.sideways")


def test_every_cell_has_all_kernels():
    sources = set(library._sources())
    for cell in CELLS:
        assert {f"{cell}.forward", f"{cell}.backward"} <= sources
    for cell in library.STEP_CELLS:
        names = ("step.float32", "tile.float32", "step.bfloat16", "tile.bfloat16")
        assert {f"{cell}.{name}" for name in names} <= sources


def test_importing_the_layers_does_not_load_the_compiler():
    code = "import sys, hiddenstate.kernels.passes; print('numba' in sys.modules, 'torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]
