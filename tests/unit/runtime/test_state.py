"""States as files."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from hiddenstate.errors import OutputError
from hiddenstate.runtime import State, StateError


def test_a_state_survives_the_disk(tmp_path):
    state = State("abc", np.linspace(-1, 1, 32, dtype=np.float32))
    state.save(tmp_path / "now.state")
    back = State.load(tmp_path / "now.state")
    assert back.model == "abc"
    np.testing.assert_array_equal(back.values, state.values)
    assert [path.name for path in tmp_path.iterdir()] == ["now.state"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(OutputError, match=r"nowhere.*Choose another place"):
        State("abc", np.zeros(4, np.float32)).save(tmp_path / "nowhere" / "now.state")


def test_saving_over_a_folder_leaves_nothing_behind(tmp_path):
    (tmp_path / "here").mkdir()
    with pytest.raises(OutputError, match="here"):
        State("abc", np.zeros(4, np.float32)).save(tmp_path / "here")
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize("content", [b"", b"not a state", b"\xff" * 100])
def test_a_damaged_file_is_refused_by_name(tmp_path, content):
    (tmp_path / "bad.state").write_bytes(content)
    with pytest.raises(StateError, match=r"bad\.state: expected a saved state"):
        State.load(tmp_path / "bad.state")


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(StateError, match=r"none\.state: expected a saved state"):
        State.load(tmp_path / "none.state")


def test_other_safetensors_files_are_refused(tmp_path):
    save_file({"W": np.zeros(3, np.float32)}, tmp_path / "weights.safetensors")
    with pytest.raises(StateError, match="another kind with W"):
        State.load(tmp_path / "weights.safetensors")


def test_a_state_that_is_not_finite_is_refused(tmp_path):
    State("abc", np.full(4, np.nan, np.float32)).save(tmp_path / "now.state")
    with pytest.raises(StateError, match="expected a saved state"):
        State.load(tmp_path / "now.state")
