"""Numba, as the kernels use it: its decorators, with the options that all kernels share.

Numba's type hints cover parts of it and change from version to version, so mypy takes all of it for `Any`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import llvmlite.ir
import numba
import numba.core.cgutils
import numba.core.datamodel.models
import numba.core.registry
import numba.extending

nb: Any = numba
types: Any = numba.types
carray: Any = nb.carray
ir: Any = llvmlite.ir
cgutils: Any = numba.core.cgutils
models: Any = numba.core.datamodel.models
extending: Any = numba.extending

OPTIONS: Any = {"error_model": "numpy"}
"""A division by zero gives inf, as in torch: no check, no exception, nothing that could stop half-way."""

Function = TypeVar("Function", bound=Callable[..., Any])


def inlined(function: Function) -> Function:
    """Compile a part of a kernel; LLVM puts it into each kernel that calls it, so the call costs nothing."""
    compiled: Function = nb.njit(forceinline=True, **OPTIONS)(function)
    return compiled


def instruction(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that says, for given types, which LLVM instructions stand in its place."""
    defined: Callable[..., Any] = extending.intrinsic(function)
    return defined


def kernel_function(function: Callable[..., Any], signature: Any) -> Any:
    """Compile a kernel: a C function of that signature."""
    return nb.cfunc(signature, **OPTIONS)(function)


def processor() -> tuple[str, ...]:
    """The target that Numba compiles for: platform, name, features (its own settings included)."""
    return tuple(numba.core.registry.cpu_target.target_context.codegen().magic_tuple())
