"""The product for a handful of rows: every number of rows, and columns that fill no panel."""

import numpy as np
import pytest

from hiddenstate.kernels.dense import Dense


@pytest.mark.parametrize("rows", [*range(1, 14), 25])
@pytest.mark.parametrize(("columns", "depth"), [(1, 1), (16, 3), (70, 33), (200, 64)])
def test_it_is_the_product_of_numpy(rows, columns, depth):
    random = np.random.default_rng(rows)
    weight, bias, x = (
        random.normal(size=shape).astype(np.float32) for shape in ((columns, depth), columns, (rows, depth))
    )
    out = Dense(weight, bias)(x)
    # sums of up to 64 products in another order
    np.testing.assert_allclose(out[:, :columns], x @ weight.T + bias, atol=2e-5)
    assert not out[:, columns:].any()
    assert out.shape[1] % 16 == 0


def test_without_a_bias():
    weight, x = np.eye(3, 5, dtype=np.float32), np.float32([[1, 2, 3, 4, 5]])
    assert Dense(weight)(x)[0, :3].tolist() == [1.0, 2.0, 3.0]
