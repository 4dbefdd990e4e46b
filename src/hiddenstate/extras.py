"""Packages that only some uses need: imported when they are first asked for, with one clear line where absent."""

from importlib import import_module
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
        raise ExtraError(
            f"{purpose}: expected the package {package}, got none. Run: pip install 'hiddenstate[{extra}]'"
        ) from None
