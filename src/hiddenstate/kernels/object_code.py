"""Machine code as bytes: what Numba compiled, cut down to the kernel itself, and brought back to life by llvmlite.

Numba can keep compiled functions on disk, but reading them back takes all of Numba, most of a second. A kernel
needs nothing of it: it is one C function, which calls nothing but what it is given the address of. So its code
is kept as a plain object file, and a process that finds it loads llvmlite alone, which takes a twentieth of a
second. (llvmlite is Numba's door to LLVM.)
"""

import functools
import os
import sys
from typing import Any

ENTRY = "kernel"
"""The name of the one function in each object file."""
_ALLOWED = {"memset", "memcpy", "memmove"}
"""What LLVM itself may put into a loop's place; the C library of every process has it."""
_alive: list[Any] = []
"""LLVM engines own the code that they loaded; nothing may drop them."""


@functools.cache
def _llvm() -> Any:
    """LLVM, ready to work for this machine."""
    import llvmlite.binding

    llvm: Any = llvmlite.binding
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@functools.cache
def host() -> tuple[str, ...]:
    """What machine code depends on here: the platform, the processor with its features, and Numba's settings."""
    llvm = _llvm()
    settings = sorted(
        f"{name}={value}"
        for name, value in os.environ.items()
        if name.startswith("NUMBA_") and name not in {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS"}
    )
    return (
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        str(sys.maxsize),
        *settings,
    )


def object_code(compiled: Any) -> bytes:
    """The object file of a kernel that Numba has compiled (a `numba.cfunc`).

    Numba wraps a function so that an exception inside would be shown. A kernel raises none: once everything
    but the kernel is internal, LLVM sees that and drops the wrapping, with all it needs of Numba and Python.

    Raises `ValueError` if the kernel still depends on something outside itself.
    """
    llvm = _llvm()
    module = llvm.parse_assembly(compiled.inspect_llvm())
    for function in module.functions:
        if function.name == compiled.native_name:
            function.name = ENTRY
        elif not function.is_declaration:
            function.linkage = "internal"
    machine = _machine(compiled)
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    passes.getModulePassManager().run(module, passes)

    outside = {
        function.name
        for function in module.functions
        if function.is_declaration and not function.name.startswith("llvm.")
    }
    if outside - _ALLOWED:
        raise ValueError(
            f"expected a kernel that stands alone, got one that calls {sorted(outside - _ALLOWED)}"
        )
    return bytes(machine.emit_object(module))


def _machine(compiled: Any) -> Any:
    """The target that Numba compiled for, its settings included."""
    from hiddenstate.kernels.compiling import processor

    triple, name, features = processor()
    target = _llvm().Target.from_triple(triple)
    return target.create_target_machine(name, features, opt=3, codemodel="jitdefault", jit=True)


def load(code: bytes) -> int:
    """The address of the kernel in that object file, from now on and for as long as the process lives."""
    llvm = _llvm()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _alive.append(engine)
    return int(engine.get_function_address(ENTRY))
