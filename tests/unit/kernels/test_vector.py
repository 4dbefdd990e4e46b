"""The vector type: its functions against NumPy in float64."""

import ctypes

import numpy as np
import pytest

from hiddenstate.kernels.compiling import carray, kernel_function, nb
from hiddenstate.kernels.pointers import PACKING, floats
from hiddenstate.kernels.vector import LANES, exp, load, sigmoid, store, tanh

COUNT = 4096


def evaluate(packing):
    """x -> exp, sigmoid, tanh and an expression of all operators, one block after the other."""
    this = carray(packing, 1)[0]
    x, y, count = floats(this.source), floats(this.packed), this.columns
    for u in range(0, count, LANES):
        value = load(x, u)
        store(y, u, exp(value))
        store(y, count + u, sigmoid(value))
        store(y, 2 * count + u, tanh(value))
        store(y, 3 * count + u, (1 - value) * value / (value * value + 2.5) - value)


@pytest.fixture(scope="module")
def compiled():
    from hiddenstate.kernels.records import PACKING as RECORD

    kernel = kernel_function(evaluate, nb.void(PACKING))
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(kernel.address)

    def run(x):
        source = np.zeros(COUNT, np.float32)
        source[: len(x)] = x
        result = np.zeros((4, COUNT), np.float32)
        record = np.zeros(1, RECORD)
        record["source"], record["packed"], record["columns"] = source.ctypes.data, result.ctypes.data, COUNT
        call(record.ctypes.data)
        return result[:, : len(x)].astype(np.float64)

    return run


def sigmoid64(x):
    return 1 / (1 + np.exp(-x))


def test_functions_are_exact_to_a_few_units_in_the_last_place(compiled):
    x = np.concatenate([np.linspace(-20, 20, 4000), np.geomspace(1e-6, 1, 90)]).astype(np.float32)
    exact = x.astype(np.float64)
    got = compiled(x)
    # float32 resolves 6e-8; a polynomial and a division add a few of these.
    np.testing.assert_allclose(got[0], np.exp(exact), rtol=3e-7)
    np.testing.assert_allclose(got[1], sigmoid64(exact), rtol=3e-7)
    np.testing.assert_allclose(got[2], np.tanh(exact), rtol=5e-7)


def test_operators_and_plain_numbers_mix(compiled):
    x = np.linspace(-3, 3, 100).astype(np.float32)
    exact = x.astype(np.float64)
    np.testing.assert_allclose(
        compiled(x)[3], (1 - exact) * exact / (exact * exact + 2.5) - exact, rtol=1e-6, atol=3e-7
    )


def test_large_values_saturate_without_overflow(compiled):
    got = compiled(np.array([-np.inf, -1e30, -100, 100, 1e30, np.inf], np.float32))
    assert np.isfinite(got[:3]).all()
    np.testing.assert_allclose(got[1], [0, 0, 0, 1, 1, 1], atol=1e-30)
    np.testing.assert_allclose(got[2], [-1, -1, -1, 1, 1, 1], rtol=3e-7)


def test_not_a_number_shows(compiled):
    got = compiled(np.array([np.nan, 1.0], np.float32))
    assert np.isnan(got[:, 0]).all()
    assert np.isfinite(got[:, 1]).all()
