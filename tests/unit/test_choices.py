"""Registries are looked up by name, and a wrong name gets the closest valid one."""

import pytest

from hiddenstate.choices import choose, closest
from hiddenstate.errors import InputError, SettingsError


def test_a_known_name_is_found():
    assert choose({"lstm": 1, "gru": 2}, "gru", "cell") == 2


def test_a_wrong_name_offers_the_closest():
    with pytest.raises(
        SettingsError, match=r'expected a cell, got "lsmt". Did you mean "lstm"\? Valid: lstm, gru.'
    ):
        choose({"lstm": 1, "gru": 2}, "lsmt", "cell")


def test_the_error_class_is_the_callers():
    with pytest.raises(InputError):
        choose({}, "x", "column", InputError)


def test_case_does_not_hide_the_closest_name():
    assert 'Did you mean "demand"?' in closest("DEMAND", ["demand", "temperature"])


def test_no_names_at_all():
    assert closest("x", []) == "Valid: (none)."
