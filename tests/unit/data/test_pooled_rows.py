"""Every row stands in one batch, beside rows of about its length, and the order is that of the generator."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.pooled_rows import BATCHES_PER_POOL, pooled_rows, rows_by_length

LENGTHS = st.lists(st.integers(0, 50), min_size=1, max_size=200)


@given(lengths=LENGTHS, size=st.integers(1, 9), seed=st.integers(0, 9))
def test_every_row_stands_in_one_batch(lengths, size, seed):
    lengths = np.array(lengths)
    for batches in (rows_by_length(lengths, size), pooled_rows(lengths, size, np.random.default_rng(seed))):
        assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
        assert max(map(len, batches)) <= size
        assert len(batches) == -(-len(lengths) // size)


@given(lengths=LENGTHS, size=st.integers(1, 9))
def test_without_chance_rows_go_from_short_to_long(lengths, size):
    lengths = np.array(lengths)
    assert np.all(np.diff(lengths[np.concatenate(rows_by_length(lengths, size))]) >= 0)


def test_a_batch_pads_little_and_the_order_is_the_generators():
    lengths = np.random.default_rng(0).integers(1, 1000, 4 * BATCHES_PER_POOL * 16)
    first = pooled_rows(lengths, 16, np.random.default_rng(1))
    again = pooled_rows(lengths, 16, np.random.default_rng(1))
    other = pooled_rows(lengths, 16, np.random.default_rng(2))
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(first, other, strict=True))
    spread = np.mean([np.ptp(lengths[rows]) for rows in first])
    assert spread < 300, "a batch spans about an eighth of all lengths"
    means = [lengths[rows].mean() for rows in first]
    assert np.any(np.diff(means) < 0), "batches do not go from short to long"
