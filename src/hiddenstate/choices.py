"""Names a user can choose from, and the closest valid one when a name is wrong."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from hiddenstate.errors import HiddenstateError, SettingsError

T = TypeVar("T")


def closest(name: str, valid: Iterable[str]) -> str:
    """A sentence naming the closest valid name and all valid ones, for the end of an error message.

    >>> closest("demnad", ["demand", "temperature"])
    'Did you mean "demand"? Valid: demand, temperature.'
    >>> closest("x", ["demand"])
    'Valid: demand.'
    """
    valid = list(valid)
    lowered = {option.lower(): option for option in valid}
    matches = get_close_matches(name.lower(), lowered, n=1, cutoff=0.5)
    hint = f'Did you mean "{lowered[matches[0]]}"? ' if matches else ""
    listing = ", ".join(valid) if valid else "(none)"
    return f"{hint}Valid: {listing}."


def choose(table: Mapping[str, T], name: str, what: str, error: type[HiddenstateError] = SettingsError) -> T:
    """Look `name` up in a registry; `what` names the kind of thing for the error message.

    Raises `error` (by default `SettingsError`) naming the closest valid name.

    >>> choose({"lstm": 1}, "lstm", "cell")
    1
    """
    try:
        return table[name]
    except KeyError:
        raise error(f'expected a {what}, got "{name}". {closest(name, table)}') from None
