"""Compile each kernel when it is first needed, say so, and keep the result on disk for the next process."""

import functools
import hashlib
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hiddenstate.errors import HiddenstateError

CELL_KERNELS = ("rnn", "lstm", "gru")
"""The cells that have kernels, by their names in `hiddenstate.cells.CELLS`."""


class KernelError(HiddenstateError):
    """The kernels cannot be compiled on this machine."""


def say(message: str) -> None:
    """Show one line to whoever waits; replace `library.say` to show it elsewhere."""
    print(f"hiddenstate: {message}", file=sys.stderr, flush=True)


_lock = threading.Lock()
_said: set[str] = set()


def say_once(message: str) -> None:
    """Show a line that need not be shown twice in one process."""
    if message not in _said:
        _said.add(message)
        say(message)


@functools.cache
def available(cell: str) -> bool:
    """Whether everything for that cell of `CELL_KERNELS` can be compiled; if not, that is said, once."""
    try:
        for name in ("pack", "forward", "backward", f"{cell}.forward", f"{cell}.backward"):
            kernel(name)
    except KernelError as error:
        say_once(f"torch's own operations compute the recurrent layers, slower: {error}")
        return False
    return True


@functools.cache
def kernel(name: str) -> int:
    """The address of a compiled kernel: "forward", "backward", "pack", "lstm.forward", "gru.backward", ...

    Raises `KernelError` where it cannot be compiled.
    """
    with _lock:
        return _kernel(name).address  # type: ignore[no-any-return]


@functools.cache
def _kernel(name: str) -> Any:
    """The kernel as a ctypes-callable object, which must stay alive."""
    try:
        function, argument = _sources()[name]
        return _compile(name, function, argument)
    except Exception as error:
        # Whatever goes wrong in a compiler, the caller has another way to compute.
        raise KernelError(
            f'kernel "{name}": expected to compile it for this processor, got {type(error).__name__}: '
            f"{error}. Update numba, or do without: torch's own operations compute the same."
        ) from error


@functools.cache
def _sources() -> dict[str, tuple[Callable[[Any], None], Any]]:
    """Every kernel's source and the type of its argument. Imports Numba, which takes a moment."""
    from hiddenstate.kernels import elman, gru, learning, lstm, packing, pointers, reading

    sources: dict[str, tuple[Callable[[Any], None], Any]] = {
        "forward": (reading.forward, pointers.JOB),
        "backward": (learning.backward, pointers.JOB),
        "pack": (packing.pack, pointers.PACKING),
    }
    for name, cell in zip(CELL_KERNELS, (elman, lstm, gru), strict=True):
        sources[f"{name}.forward"] = (cell.forward, pointers.STEP)
        sources[f"{name}.backward"] = (cell.backward, pointers.STEP_BACK)
    return sources


def _compile(name: str, function: Callable[[Any], None], argument: Any) -> Any:
    """From the disk if it is there, else by the compiler."""
    from hiddenstate.kernels.compiling import kernel_function

    folder = cache_folder()
    ready = folder / f"{name}.ready"
    if not ready.exists():
        say_once("compiling the recurrent kernels for this processor (once, up to 15 seconds) ...")
    try:
        with _numba_cache(folder):
            compiled = kernel_function(function, argument, keep=True)
        ready.touch()
    except (OSError, RuntimeError):  # nowhere to write
        compiled = kernel_function(function, argument, keep=False)
        say_once(f"the compiled kernels cannot be kept: {folder} is not writable")
    return compiled


def cache_folder() -> Path:
    """Where compiled kernels are kept: one folder for each version of the sources and each processor.

    Below ``NUMBA_CACHE_DIR`` if that is set, else below the user's cache folder.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    return (Path(given) if given else _user_cache()) / "hiddenstate" / _fingerprint()


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@functools.cache
def _fingerprint() -> str:
    """Changes with anything that changes the machine code.

    Numba itself looks only at the file that a kernel stands in, not at what it calls elsewhere.
    """
    from hiddenstate.kernels.compiling import nb, processor

    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    versions = (nb.__version__, platform.python_version())
    digest.update(repr((processor(), versions)).encode())
    return digest.hexdigest()[:16]


@contextmanager
def _numba_cache(folder: Path) -> Iterator[None]:
    """Let functions that Numba decorates now keep their machine code in that folder."""
    from hiddenstate.kernels.compiling import nb

    before = nb.config.CACHE_DIR
    nb.config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        nb.config.CACHE_DIR = before
