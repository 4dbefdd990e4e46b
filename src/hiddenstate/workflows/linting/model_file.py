"""A torch module out of a user's file of Python, named as ``FILE.py:NAME``."""

import contextlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from torch import nn

from hiddenstate.choices import closest
from hiddenstate.errors import HiddenstateError, InspectionError


@contextmanager
def opened_file(target: str) -> Iterator[tuple[ModuleType, str]]:
    """The file of `target` as a module, and the name that `target` asks for.

    Within the block the file's own folder can be imported from, as when it is run, and what it prints goes to standard
    error. Whatever it raises there becomes an `InspectionError` that says where in the file it was.

    Raises `InspectionError` for a target that is no ``FILE.py:NAME``, and for a file that is not there.
    """
    path, name = _parts(target)
    module_name = f"_linted_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            with blamed(path, "expected a file that can be imported"):
                spec.loader.exec_module(module)
            if not name:
                raise InspectionError(
                    f'model: expected FILE.py:NAME, got "{target}". Name a function that builds the model, a class or '
                    f"a model: {', '.join(_buildable(module)) or 'the file defines none'}."
                )
            yield module, name
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(path.parent.resolve()))
        sys.modules.pop(module_name, None)


def built(module: ModuleType, name: str) -> nn.Module:
    """The model called `name`: what the function or class of that name gives without arguments, or itself.

    Raises `InspectionError` where there is none of that name, or what it gives is no torch module.
    """
    path = Path(str(module.__file__))
    maker = _named(module, name)
    if isinstance(maker, nn.Module):
        return maker
    if not callable(maker):
        raise InspectionError(
            f"{path}: expected {name} to be a function that builds the model, a class or a torch module, got "
            f"{type(maker).__name__}. Write def {name}(): return ..."
        )
    with blamed(path, f"expected {name}() to build a model without arguments"):
        model = maker()
    if not isinstance(model, nn.Module):
        raise InspectionError(
            f"{path}: expected {name}() to return a torch.nn.Module, got {type(model).__name__}. Return the model."
        )
    return model


def _named(module: ModuleType, name: str) -> Any:
    """What the file calls `name`."""
    if not hasattr(module, name):
        names = [each for each in vars(module) if not each.startswith("_")]
        raise InspectionError(
            f'{module.__file__}: expected a function, class or model "{name}", got none. {closest(name, names)}'
        )
    return getattr(module, name)


@contextmanager
def blamed(path: Path, expected: str) -> Iterator[None]:
    """Turn whatever the user's code raises into an `InspectionError` that names the line of `path` it went through."""
    try:
        yield
    except HiddenstateError:
        raise
    except (Exception, SystemExit) as error:
        line = _line_in(path, error.__traceback__)
        if isinstance(error, SyntaxError) and error.lineno:
            line = error.lineno
        place = f"{path} line {line}" if line else str(path)
        said = " ".join(str(error).split())
        got = f"{type(error).__name__}: {said}" if said else type(error).__name__
        raise InspectionError(f"{place}: {expected}, got {got.rstrip('.')}. Correct it there.") from None


def _line_in(path: Path, trace: TracebackType | None) -> int | None:
    """The innermost line of that file that was being run."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(trace)
        if frame.lineno and Path(frame.filename).resolve() == path.resolve()
    ]
    return lines[-1] if lines else None


def _parts(target: str) -> tuple[Path, str]:
    """File and name; the name is empty where there is none."""
    file, _, name = target.rpartition(":")
    if not file or file.endswith(("/", "\\")) or Path(target).is_file():
        file, name = target, ""
    path = Path(file)
    if path.suffix != ".py":
        raise InspectionError(
            f'model: expected FILE.py:NAME, got "{target}". Name a file of Python and what in it builds the model.'
        )
    if not path.is_file():
        raise InspectionError(f"{path}: expected a file of Python, got none. Check the path.")
    return path, name


def _buildable(module: ModuleType) -> list[str]:
    """Names of what the file itself defines and could be meant."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (isinstance(value, nn.Module) or getattr(value, "__module__", None) == module.__name__)
    ]
