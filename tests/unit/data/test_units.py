"""Texts as units: nothing is lost, what is unknown is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.units import Units, UnitSettings
from hiddenstate.errors import BundleError, InputError, SettingsError

TEXT = "To be, or not to be:\nthat's the question -- \t'tis nobler  in the mind."


@pytest.mark.parametrize("unit", ["char", "word", "subword"])
@given(text=st.text(max_size=60))
def test_units_joined_are_the_text(unit, text):
    if unit == "subword":
        pytest.importorskip("tokenizers")
    units = Units.fit(TEXT, UnitSettings(unit=unit, largest=60))
    assert "".join(units.cut(text)) == text


@pytest.mark.parametrize("unit", ["char", "word", "subword"])
def test_numbers_there_and_back_also_from_json(unit):
    if unit == "subword":
        pytest.importorskip("tokenizers")
    settings = UnitSettings(unit=unit, largest=60, min_count=1)
    units = Units.fit(TEXT, settings)
    numbers = units.encode(TEXT)
    assert units.decode(numbers) == TEXT
    again = Units.from_dict(units.to_dict(), settings)
    assert again.encode(TEXT).tolist() == numbers.tolist()


def test_what_was_never_seen_is_named_left_out_or_replaced():
    units = Units.fit("abc ABC x", UnitSettings())
    with pytest.raises(InputError, match='prompt: expected chars of the training text, got "é"'):
        units.read("aé", "refuse")
    assert units.decode(units.read("aéX", "skip")) == "a"
    assert units.decode(units.read("aéX", "map")) == "a x"
    with pytest.raises(SettingsError, match='got "drop"'):
        units.read("a", "drop")


def test_rare_words_are_one_unknown_word():
    units = Units.fit("so so so it it once", UnitSettings(unit="word", min_count=2))
    assert units.unseen(" so it once twice") == {" once": 1, " twice": 1}
    assert len(Units.fit("a b c d", UnitSettings(unit="word", largest=2, min_count=1))) == 4


@pytest.mark.parametrize("values", [{"unit": "line"}, {"largest": 0}, {"min_count": 0}])
def test_settings_out_of_range(values):
    with pytest.raises(SettingsError, match=f"{next(iter(values))}: expected"):
        UnitSettings(**values)


def test_damaged_units():
    with pytest.raises(BundleError, match="damaged"):
        Units.from_dict({}, UnitSettings())


def test_another_way_to_treat_the_unknown_is_refused():
    units = Units.fit("abc", UnitSettings())
    with pytest.raises(SettingsError, match='expected a way to treat what was never seen, got "drop"'):
        units.read("abd", "drop")
