"""The runtime against the readable cell in float64, for all kinds and any sizes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.cells import CELLS
from hiddenstate.program.operations import CELL_STATES
from hiddenstate.runtime import Layer, Recurrence

TOLERANCE = 1e-6
"""float32 resolves 6e-8 around 1; sums of hundreds of products, fed back, add some of these."""


def readable_cells(kind, input_size, hidden_sizes, seed):
    torch.manual_seed(seed)
    cells = []
    for hidden in hidden_sizes:
        cell = CELLS[kind].create(input_size, hidden)
        with torch.no_grad():
            for parameter in cell.parameters():
                parameter.uniform_(-(hidden**-0.5), hidden**-0.5)
        cells.append(cell)
        input_size = hidden
    return cells


def runtime_layers(kind, cells):
    return [
        Layer(kind, **{name: value.detach().numpy().copy() for name, value in cell.named_parameters()})
        for cell in cells
    ]


@torch.no_grad()
def by_cells(cells, x):
    """x: (time, input) -> y: (time, hidden), in float64."""
    cells = [cell.double() for cell in cells]
    states = [cell.initial_state(1) for cell in cells]
    outputs = []
    for x_t in torch.from_numpy(x).double():
        value = x_t[None]
        for place, cell in enumerate(cells):
            states[place], _ = cell.step(value, states[place])
            value = states[place][0]
        outputs.append(value[0].numpy())
    return np.array(outputs)


@given(
    kind=st.sampled_from(sorted(CELL_STATES)),
    input_size=st.integers(1, 40),
    hidden_sizes=st.lists(st.integers(1, 40), min_size=1, max_size=3),
    scale=st.sampled_from([1e-30, 1.0, 100.0]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60)
def test_any_sizes(kind, input_size, hidden_sizes, scale, seed):
    cells = readable_cells(kind, input_size, hidden_sizes, seed)
    recurrence = Recurrence(runtime_layers(kind, cells))
    x = scale * np.random.default_rng(seed).standard_normal((12, input_size)).astype(np.float32)
    y, _ = recurrence.run(x)
    # A sum of n products of size s is exact to about sqrt(n) s 6e-8; a large x saturates most gates, not all.
    np.testing.assert_allclose(y, by_cells(cells, x), atol=TOLERANCE * max(1, scale), rtol=0)
    six = np.stack([x] * 6)
    six[1] = 0
    np.testing.assert_allclose(recurrence.run_many(six)[0][0], y, atol=TOLERANCE * max(1, scale), rtol=0)


@pytest.mark.parametrize("kind", sorted(CELL_STATES))
@pytest.mark.parametrize("hidden", [32, 64, 128, 256])
def test_two_hundred_steps_stay_within_a_millionth(kind, hidden):
    cells = readable_cells(kind, hidden, [hidden], 0)
    recurrence = Recurrence(runtime_layers(kind, cells))
    x = np.random.default_rng(0).standard_normal((200, hidden)).astype(np.float32)
    expected, state = by_cells(cells, x), recurrence.initial_state()
    for x_t, y_t in zip(x, expected, strict=True):
        y, state = recurrence.step(x_t, state)
        np.testing.assert_allclose(y, y_t, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("kind", sorted(CELL_STATES))
def test_a_long_run_does_not_drift(kind):
    cells = readable_cells(kind, 3, [7], 0)
    recurrence = Recurrence(runtime_layers(kind, cells))
    x = np.random.default_rng(0).standard_normal((10_000, 3)).astype(np.float32)
    error = np.abs(recurrence.run(x)[0] - by_cells(cells, x)).max(axis=1)
    # These cells forget, so an error of one step fades: the end is as good as the beginning.
    assert error[-1000:].max() < 2 * max(error[:1000].max(), 1e-7)
    assert error.max() < TOLERANCE
