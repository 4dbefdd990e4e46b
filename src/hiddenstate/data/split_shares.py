"""Shares of a split: what is held back, and what must be left."""

from hiddenstate.errors import SettingsError


def held_back(test: float | str) -> float:
    """Share that is held back for the test: none where `test` names a source of its own.

    >>> held_back(0.2), held_back("test.csv")
    (0.2, 0.0)
    """
    return 0.0 if isinstance(test, str) else test


def check_shares(validation: float, test: float | str, left: str) -> None:
    """Raise `SettingsError` unless both are shares and `left`, "rows to train on", remains."""
    for name, share in (("validation", validation), ("test", held_back(test))):
        if not 0.0 <= share < 1.0:
            raise SettingsError(f"split.{name}: expected a share from 0 to below 1, got {share}. Correct it.")
    if validation + held_back(test) >= 1.0:
        raise SettingsError(f"split: expected shares that leave {left}, got 1 or more. Lower them.")
