"""Scalers: learnt from the rows they are given alone, and undone without a trace."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hiddenstate.data import scalers
from hiddenstate.data.scalers import StandardScaler
from hiddenstate.errors import ShapeError


def test_the_training_rows_get_mean_zero_and_spread_one():
    rows = np.random.default_rng(0).normal([5, -300], [2, 50], size=(1000, 2)).astype(np.float32)
    scaled = StandardScaler.fit(rows[:700]).transform(rows)
    np.testing.assert_allclose(scaled[:700].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled[:700].std(axis=0), 1, atol=1e-5)


def test_rows_outside_the_training_part_leave_no_trace():
    rows = np.random.default_rng(0).normal(size=(100, 2))
    before = StandardScaler.fit(rows[:70]).to_dict()
    rows[70:] = 1e9
    assert StandardScaler.fit(rows[:70]).to_dict() == before


@given(arrays(np.float32, (7, 2), elements=st.floats(-1e6, 1e6, width=32)))
def test_scaling_back_gives_the_values(values):
    scaler = StandardScaler.fit(values)
    tolerance = 1e-5 * (np.abs(values).max() + 1)  # float32 of the scaled values
    np.testing.assert_allclose(scaler.inverse(scaler.transform(values)), values, atol=tolerance)


def test_unknown_values_do_not_count_and_stay_unknown():
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    scaler = StandardScaler.fit(values)
    np.testing.assert_allclose(scaler.mean, [2, 0])
    np.testing.assert_allclose(scaler.transform(values), [[-1, np.nan], [np.nan, np.nan], [1, np.nan]])


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e6, 1e-20])
def test_a_constant_column_becomes_zero_and_comes_back(constant):
    values = np.full((50, 1), constant, dtype=np.float32)
    scaler = StandardScaler.fit(values)
    np.testing.assert_allclose(scaler.transform(values), 0, atol=1e-6 * max(1, abs(constant)))
    np.testing.assert_allclose(scaler.inverse(np.zeros((1, 1))), constant, rtol=1e-6)
    assert np.isfinite(scaler.transform(values + 1)).all()


def test_blocks_give_the_same_as_the_whole(monkeypatch):
    values = np.random.default_rng(1).normal(1e4, 1, size=(1000, 3)).astype(np.float32)
    whole = StandardScaler.fit(values)
    monkeypatch.setattr(scalers._mean, "__defaults__", (7,))
    parts = StandardScaler.fit(values)
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(parts.spread, whole.spread, rtol=1e-9)
    np.testing.assert_allclose(whole.spread, values.astype(np.float64).std(axis=0), rtol=1e-9)


def test_a_scaler_survives_json():
    scaler = StandardScaler.fit(np.random.default_rng(0).normal(size=(9, 2)))
    again = StandardScaler.from_dict(json.loads(json.dumps(scaler.to_dict())))
    assert (again.mean.tolist(), again.spread.tolist()) == (scaler.mean.tolist(), scaler.spread.tolist())


def test_values_without_columns_are_refused():
    with pytest.raises(ShapeError, match=r"expected shape \(rows, columns\), got \(3,\)"):
        StandardScaler.fit(np.zeros(3))
