"""Ragged rows: laid end to end, taken in any order, padded, and mapped from a file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.ragged import Ragged
from hiddenstate.errors import ShapeError

sequences = st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=6), max_size=8)


@given(sequences)
def test_rows_come_back_as_they_went_in(rows):
    ragged = Ragged.of(rows)
    assert [row.tolist() for row in ragged] == rows
    assert ragged.lengths.tolist() == [len(row) for row in rows]


@given(sequences, st.randoms())
def test_take_picks_rows_in_any_order(rows, random):
    order = [random.randrange(len(rows)) for _ in range(5)] if rows else []
    taken = Ragged.of(rows).take(np.array(order, dtype=np.int64))
    assert [row.tolist() for row in taken] == [rows[number] for number in order]


@given(sequences)
def test_padding_stands_only_after_the_end(rows):
    padded = Ragged.of(rows).padded(fill=7)
    longest = max(map(len, rows), default=0)
    assert padded.tolist() == [row + [7] * (longest - len(row)) for row in rows]


def test_what_is_saved_is_mapped_and_not_read(tmp_path):
    Ragged.of([[1, 2], [], [3]]).save(tmp_path / "corpus")
    opened = Ragged.open(tmp_path / "corpus")
    assert isinstance(opened.values, np.memmap)
    assert [row.tolist() for row in opened] == [[1, 2], [], [3]]


def test_a_row_that_is_not_there_is_refused():
    rows = Ragged.of([[1], [2, 3]])
    assert rows[-1].tolist() == [2, 3]
    with pytest.raises(IndexError):
        rows[2]


def test_offsets_must_end_where_the_values_end():
    with pytest.raises(ShapeError, match="ending at 2"):
        Ragged(np.array([1, 2], dtype=np.int32), np.array([0, 1]))
