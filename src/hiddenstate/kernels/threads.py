"""Run a kernel on several threads at once.

torch computes with a team of OpenMP threads, and those that wait for work keep their core busy. A second
pool would have to fight for the cores with it. So a kernel is handed to that same team, through the entry
point that compilers use, `GOMP_parallel`. Where there is no such team, threads of Python's own do the work.
"""

import ctypes
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

Kernel = Callable[[int], None]
Team = Callable[[int, int, int], None]

_KERNEL_TYPE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def run(kernel: int, record: int, threads: int) -> None:
    """Call the kernel at an address, with the record at another, on each of `threads` threads.

    Kernels share out their work themselves; one that is called fewer times than asked for still does all.
    """
    if threads <= 1:
        _as_function(kernel)(record)
        return
    team = openmp_team() or python_team
    team(kernel, record, threads)


@functools.cache
def _as_function(kernel: int) -> Kernel:
    return _KERNEL_TYPE(kernel)  # calling it lets go of Python's global lock


def python_team(kernel: int, record: int, threads: int) -> None:
    """The calling thread and others from a pool."""
    function = _as_function(kernel)
    others = [_pool(threads - 1).submit(function, record) for _ in range(threads - 1)]
    function(record)
    wait(others)


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="hiddenstate-kernel")


@functools.cache
def openmp_team() -> Team | None:
    """The team of the OpenMP library that torch has loaded; None where there is none that can be called."""
    path = _loaded_openmp()
    if path is None:
        return None
    try:
        parallel = ctypes.CDLL(str(path)).GOMP_parallel
    except (OSError, AttributeError):
        return None
    parallel.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
    parallel.restype = None

    def team(kernel: int, record: int, threads: int) -> None:
        parallel(kernel, record, threads, 0)

    return team


def _loaded_openmp() -> Path | None:
    """The OpenMP library in this process's memory map (Linux only), torch's own first."""
    try:
        memory_map = Path("/proc/self/maps").read_text(encoding="utf-8")
    except OSError:
        return None
    mapped = [line.split(maxsplit=5)[-1] for line in memory_map.splitlines()]
    libraries = {
        Path(name) for name in mapped if Path(name).name.startswith(("libgomp", "libomp", "libiomp"))
    }
    return min(libraries, key=lambda path: ("torch" not in path.parts, path), default=None)
