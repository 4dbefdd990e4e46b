"""Which gaps are filled, with what, and which stay."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.data.gaps import fill_gaps, whole_numbers

HOLE = np.nan


@pytest.mark.parametrize(
    ("how", "longest", "expected", "steps"),
    [
        ("line", 2, [HOLE, 1, 2, 3, HOLE, HOLE, HOLE, 7, 9, HOLE], [2]),
        ("line", 3, [HOLE, 1, 2, 3, 4, 5, 6, 7, 9, HOLE], [2, 4, 5, 6]),
        ("line", 0, [HOLE, 1, HOLE, 3, HOLE, HOLE, HOLE, 7, 9, HOLE], []),
        ("last", 2, [HOLE, 1, 1, 3, HOLE, HOLE, HOLE, 7, 9, 9], [2, 9]),
        ("last", 3, [HOLE, 1, 1, 3, 3, 3, 3, 7, 9, 9], [2, 4, 5, 6, 9]),
    ],
)
def test_gaps_up_to_the_longest_are_filled(how, longest, expected, steps):
    values = np.array([HOLE, 1, HOLE, 3, HOLE, HOLE, HOLE, 7, 9, HOLE], dtype=np.float32)
    assert fill_gaps(values, longest, how).tolist() == steps
    np.testing.assert_array_equal(values, np.float32(expected))


@settings(max_examples=200)
@given(
    values=st.lists(st.one_of(st.none(), st.integers(-100, 100)), max_size=30),
    longest=st.integers(0, 5),
)
def test_filling_agrees_with_one_step_at_a_time(values, longest):
    column = np.array([HOLE if value is None else value for value in values], dtype=np.float32)
    expected, drawn = column.copy(), []
    known = np.flatnonzero(np.isfinite(column))
    for left, right in pairwise(known):
        for step in range(left + 1, right):
            if right - left - 1 <= longest:
                expected[step] = np.interp(step, [left, right], column[[left, right]])
                drawn.append(step)
    assert fill_gaps(column, longest).tolist() == drawn
    np.testing.assert_allclose(column, expected, rtol=1e-6)


def test_flags_and_counts_are_told_from_measurements():
    assert whole_numbers(np.array([0, 1, HOLE, 7], dtype=np.float32))
    assert not whole_numbers(np.array([0, 1, HOLE, 0.5], dtype=np.float32), block=2)
