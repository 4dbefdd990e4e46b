import numpy as np
import pytest

from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.workflows.classes.vectors import gather_vectors

TEXTS = ["to be or not to be"] * 3


def test_files_own_vectors_and_ready_ones_stand_side_by_side(tmp_path):
    (tmp_path / "vectors.txt").write_text("be 1 2\nnot 3 4\n")
    ready = Vectors(("be",), np.ones((1, 3), np.float32), "ready")
    sources = [str(tmp_path / "vectors.txt"), tmp_path / "vectors.txt", "own", ready]
    found = gather_vectors(sources, TEXTS, TokenSettings(), seed=0)
    assert [vectors.size for vectors in found] == [2, 2, 100, 3]
    assert set(found[2].forms) == {"to", "be", "or", "not"}
    other = gather_vectors(["own"], TEXTS, TokenSettings(), seed=1)[0]
    assert not np.array_equal(found[2].matrix, other.matrix)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(InputError, match=r"absent\.txt: expected a readable vectors file"):
        gather_vectors(["absent.txt"], TEXTS, TokenSettings(), seed=0)


def test_glove_of_the_demo_packages_has_a_name(monkeypatch):
    ready = Vectors(("be",), np.ones((1, 3), np.float32), "ready")
    monkeypatch.setattr("hiddenstate.workflows.classes.vectors.glove", lambda: ready)
    assert gather_vectors(["glove-50d"], TEXTS, TokenSettings(), seed=0) == [ready]
