"""Packages that only some uses need: imported when they are first asked for, with one clear line where absent."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hiddenstate.errors import ExtraError


def needed(module: str, *, extra: str, purpose: str) -> Any:
    """The module `module`, which the extra `extra` of this package installs; `purpose` is what needs it.

    Raises `ExtraError` saying what to install.

    >>> needed("json", extra="text", purpose="reading JSON").dumps([1])
    '[1]'
    """
    package = module.split(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != package:
            raise  # the package is there: something that it needs itself is not
        raise _absent(package, extra, purpose) from None


def folder_of(package: str, *, extra: str, purpose: str) -> Path:
    """Where the files of a package stand, without importing it. Raises `ExtraError` as `needed` does."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise _absent(package, extra, purpose)
    return Path(spec.submodule_search_locations[0])


def _absent(package: str, extra: str, purpose: str) -> ExtraError:
    return ExtraError(
        f"{purpose}: expected the package {package}, got none. Run: pip install 'hiddenstate[{extra}]'"
    )
