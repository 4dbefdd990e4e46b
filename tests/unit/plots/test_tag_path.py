"""What a CRF adds up, as a table."""

import math

import numpy as np
import pytest

from hiddenstate.plots import tag_path_table
from hiddenstate.records import TagPath

PATH = TagPath(("to", "<b>"), ("O", "B-x"), np.array([1.5, 0.25]), np.array([0.5, -1.0]), 0.125, 2.375)


def test_every_number_of_the_sum_stands_in_the_table():
    table = tag_path_table(PATH)
    assert [(row.name, *row.cells) for row in table.rows] == [
        ("1: to", "(begin) → O", "1.50", "0.50", "2.00"),
        ("2: <b>", "O → B-x", "0.25", "-1.00", "1.25"),
        ("(end)", "B-x → (end)", "", "0.12", "1.38"),
    ]
    assert PATH.score == pytest.approx(1.375)
    assert PATH.probability == pytest.approx(math.exp(-1.0))
    assert "exp(1.375 - 2.375) = 0.368" in table.note
    assert "2: &lt;b&gt;" in table.html()


def test_whose_path_it_is_is_said_first():
    assert tag_path_table(PATH, whose="Of network 1 of 3. ").note.startswith("Of network 1 of 3. The sum")
