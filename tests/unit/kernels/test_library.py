"""Compiling with a notice, keeping the result on disk, and doing without."""

import subprocess
import sys

import pytest

from hiddenstate.kernels import library

SMALL = "rnn.backward"  # compiles in a fraction of a second


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(library, "say", lines.append)
    monkeypatch.setattr(library, "_said", set())
    return lines


def compile_small():
    return library._compile(SMALL, *library._sources()[SMALL])


def test_the_first_compilation_is_announced_and_the_second_comes_from_disk(said, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compile_small().cache_hits == 0
    assert len(said) == 1
    assert "compiling" in said[0]
    assert compile_small().cache_hits == 1
    assert len(said) == 1, "nothing to wait for, nothing to say"
    assert library.cache_folder().is_relative_to(tmp_path)


def test_numbas_own_settings_are_put_back(monkeypatch, tmp_path):
    import numba

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    before = numba.config.CACHE_DIR
    compile_small()
    assert before == numba.config.CACHE_DIR


def test_without_a_place_to_write_it_compiles_all_the_same(said, monkeypatch, tmp_path):
    import numba

    (tmp_path / "file").write_text("a file, where a folder is wanted")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(numba.config, "CACHE_LOCATOR_CLASSES", "UserProvidedCacheLocator")
    assert compile_small().address
    assert any("not writable" in line for line in said)


def test_a_cell_whose_kernels_cannot_be_compiled_is_not_available_and_says_so_once(said, monkeypatch):
    def no_compiler(name):
        raise ImportError("no module named numba")

    monkeypatch.setattr(library, "kernel", library.kernel.__wrapped__)
    monkeypatch.setattr(library, "_kernel", library._kernel.__wrapped__)
    monkeypatch.setattr(library, "_sources", no_compiler)
    available = library.available.__wrapped__
    assert not available("lstm")
    assert not available("lstm")
    assert len(said) == 1
    assert "torch's own operations" in said[0]


def test_an_unknown_kernel_is_an_error_of_the_toolkit():
    with pytest.raises(library.KernelError, match=r"lstm\.sideways"):
        library.kernel("lstm.sideways")


def test_every_cell_has_both_kernels():
    for cell in library.CELL_KERNELS:
        assert {f"{cell}.forward", f"{cell}.backward"} <= set(library._sources())


def test_importing_the_layers_does_not_load_the_compiler():
    code = "import sys, hiddenstate.kernels.passes; print('numba' in sys.modules, 'torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]
