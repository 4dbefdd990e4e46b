"""Compile each kernel when it is first needed, say so, and keep the result on disk for the next process."""

import functools
import hashlib
import os
import sys
import threading
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

from hiddenstate.errors import HiddenstateError
from hiddenstate.kernels import object_code
from hiddenstate.kernels.kinds import KINDS

STEP_CELLS = ("rnn", "lstm", "gru")
"""The cells that have kernels for one step at a time, by their names in `hiddenstate.cells.CELLS`."""
DIGEST_BYTES = 32
"""SHA-256: an object file that a full disk cut short must not run."""


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
    """Whether everything for that cell of `kinds.KINDS` can be compiled; if not, that is said, once."""
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
        return _kernel(name)


@functools.cache
def _kernel(name: str) -> int:
    try:
        return object_code.load(_code(name))
    except KernelError:
        raise
    except Exception as error:
        # Whatever goes wrong in a compiler, the caller has another way to compute.
        raise KernelError(
            f'kernel "{name}": expected to compile it for this processor, got {type(error).__name__}: '
            f"{error}. Update numba."
        ) from error


@functools.cache
def _sources() -> dict[str, tuple[Callable[..., Any], Any]]:
    """Every kernel's source and its signature. Imports Numba, which takes a moment."""
    from hiddenstate.kernels import (
        byte_products,
        decode_step,
        elman,
        gru,
        layer_norm,
        learning,
        lstm,
        packing,
        peephole,
        pointers,
        reading,
        row_product,
        step,
        step_bytes,
        step_call,
        step_cells,
        step_weights,
    )
    from hiddenstate.kernels.compiling import nb, types

    number = types.int64
    sources: dict[str, tuple[Callable[..., Any], Any]] = {
        "forward": (reading.forward, nb.void(pointers.JOB)),
        "backward": (learning.backward, nb.void(pointers.JOB)),
        "pack": (packing.pack, nb.void(pointers.PACKING)),
        "dense": (row_product.dense, nb.void(pointers.DENSE)),
        "step.call": (step_call.call, number(number, pointers.INTEGERS, number, number)),
        "step.run": (step.run, nb.void(pointers.RUN)),
        "step.pack": (step_weights.pack, nb.void(pointers.WEIGHTS)),
    }
    for name, cell in zip(KINDS, (elman, lstm, gru, peephole, layer_norm), strict=True):
        sources[f"{name}.forward"] = (cell.forward, nb.void(pointers.STEP))
        sources[f"{name}.backward"] = (cell.backward, nb.void(pointers.STEP_BACK))
    for name in STEP_CELLS:
        decode = decode_step.define_decode(decode_step.FINISH[name])
        sources[f"{name}.decode"] = (decode, nb.void(pointers.DECODING))
        for form, functions in step_weights.FORMATS.items():
            kernels = step_cells.DEFINE[name](functions)
            sources[f"{name}.step.{form}"] = (kernels.step, nb.void(*[number] * 4))
            sources[f"{name}.tile.{form}"] = (kernels.tile, nb.void(*[number] * 6))
        if byte_products.AVAILABLE:
            kernels = step_bytes.DEFINE_BYTES[name]()
            sources[f"{name}.step.int8"] = (kernels.step, nb.void(*[number] * 4))
            sources[f"{name}.tile.int8"] = (kernels.tile, nb.void(*[number] * 6))
    return sources


def _code(name: str) -> bytes:
    """The kernel's object file: from the disk if it is there and whole, else by the compiler."""
    folder = cache_folder()
    kept = kept_code(folder / f"{name}.kernel")
    if kept is not None:
        return kept
    if name.endswith(".int8") and name not in _sources():
        raise KernelError(
            "int8 weights: expected a processor with AVX-512 VNNI (and not Windows), got one without. "
            "Use bfloat16."
        )
    function, signature = _sources()[name]
    say_once("compiling the recurrent kernels for this processor (once, up to 15 seconds) ...")
    code = _compile(function, signature)
    try:
        keep_code(folder / f"{name}.kernel", code)
    except OSError:
        say_once(f"the compiled kernels cannot be kept: {folder} is not writable")
    return code


def _compile(function: Callable[..., Any], signature: Any) -> bytes:
    from hiddenstate.kernels.compiling import kernel_function

    return object_code.object_code(kernel_function(function, signature))


def kept_code(path: Path) -> bytes | None:
    """What `keep_code` wrote there; None if there is nothing, or something damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, code = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
    return code if hashlib.sha256(code).digest() == digest else None


def keep_code(path: Path, code: bytes) -> None:
    """Write the object file behind its digest, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(hashlib.sha256(code).digest() + code)
    beside.replace(path)


def cache_folder() -> Path:
    """Where compiled kernels are kept: one folder for each version of the sources and each processor.

    Below ``NUMBA_CACHE_DIR`` if that is set, else below the user's cache folder.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    return (Path(given) if given else _user_cache()) / "hiddenstate" / _fingerprint()


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", _home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache")


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user without a home: nothing can be kept below this
        return Path(os.devnull)


@functools.cache
def _fingerprint() -> str:
    """Changes with anything that changes the machine code: the sources, the processor, the compiler."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    digest.update(
        repr((object_code.host(), _installed("numba"), _installed("llvmlite"), sys.version)).encode()
    )
    return digest.hexdigest()[:16]


def _installed(package: str) -> str:
    """Which version of a package is there; loading it, or importlib.metadata, would take longer than all else."""
    found = util.find_spec(package)
    if found is None or found.origin is None:
        return "none"
    places = Path(found.origin).parents[1].glob(f"{package}-*.dist-info")
    return " ".join(sorted(place.name for place in places)) or found.origin
