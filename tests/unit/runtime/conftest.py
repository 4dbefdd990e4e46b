"""Layers with random weights, and the same step in plain float64 NumPy."""

import numpy as np
import pytest

from hiddenstate.runtime import Layer

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def random_layers(kind, input_size, hidden_sizes, seed=0):
    generator = np.random.default_rng(seed)
    layers = []
    for hidden in hidden_sizes:
        scale = hidden**-0.5

        def draw(*shape, scale=scale):
            return generator.uniform(-scale, scale, shape).astype(np.float32)

        rows = GATES[kind] * hidden
        b_hn = draw(hidden) if kind == "gru" else None
        layers.append(Layer(kind, draw(rows, input_size), draw(rows, hidden), draw(rows), b_hn))
        input_size = hidden
    return layers


@pytest.fixture
def layers():
    return random_layers
