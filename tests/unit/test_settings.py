"""Settings: dataclasses to TOML and back, and refusals that name the place and the closest key."""

import dataclasses
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.errors import SettingsError
from hiddenstate.settings import from_dict, from_toml, read_toml, to_toml


@dataclasses.dataclass(frozen=True)
class Inner:
    hidden_size: int = 64
    rate: float | None = None
    names: tuple[str, ...] = ()
    bias: float | str = 1.0
    kind: Literal["lstm", "gru"] = "lstm"
    flag: bool = False


@dataclasses.dataclass(frozen=True)
class Outer:
    title: str
    model: Inner = Inner()


text = st.text(max_size=30)


@given(
    title=text,
    hidden_size=st.integers(-(2**60), 2**60),
    rate=st.none() | st.floats(allow_nan=False),
    names=st.lists(text, max_size=4),
    bias=text | st.floats(allow_nan=False),
    flag=st.booleans(),
)
def test_what_is_written_is_read_back(title, hidden_size, rate, names, bias, flag):
    inner = Inner(hidden_size=hidden_size, rate=rate, names=tuple(names), bias=bias, flag=flag)
    settings = Outer(title, inner)
    assert from_toml(Outer, to_toml(settings)) == settings


def test_not_set_is_left_out_of_the_file():
    assert "rate" not in to_toml(Outer("x"))


def test_unknown_key_names_its_path_and_the_closest_valid_name():
    with pytest.raises(
        SettingsError, match=r'model\.hiden_size: no such setting\. Did you mean "hidden_size"'
    ):
        from_dict(Outer, {"title": "x", "model": {"hiden_size": 3}})


def test_missing_key_is_named():
    with pytest.raises(SettingsError, match="title: expected a value, got nothing"):
        from_dict(Outer, {})


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("hidden_size", "64", "expected int, got '64'"),
        ("hidden_size", 6.5, "expected int, got 6.5"),
        ("hidden_size", True, "expected int, got True"),
        ("flag", 1, "expected bool, got 1"),
        ("names", "abc", "expected a list, got 'abc'"),
        ("kind", "lstn", 'Did you mean "lstm"'),
    ],
)
def test_wrong_type_is_refused_at_its_path(key, value, expected):
    with pytest.raises(SettingsError, match=expected) as caught:
        from_dict(Outer, {"title": "x", "model": {key: value}})
    assert str(caught.value).startswith(f"model.{key}")


def test_a_list_item_is_named_by_its_number():
    with pytest.raises(SettingsError, match=r"model\.names\[1\]: expected str, got 3"):
        from_dict(Outer, {"title": "x", "model": {"names": ["a", 3]}})


def test_broken_toml_names_the_source():
    with pytest.raises(SettingsError, match=r"mine\.toml: expected valid TOML"):
        from_toml(Outer, "title = ", "mine.toml")


def test_unreadable_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"absent\.toml: expected a readable TOML file"):
        read_toml(Outer, tmp_path / "absent.toml")
