"""Weights of torch, Keras and ONNX in our layers."""

import numpy as np
import pytest
import torch

from hiddenstate.errors import BundleError, SettingsError, ShapeError
from hiddenstate.layers import Bidirectional, Stacked, layers_from_onnx, stack_from_keras, stack_from_torch

UNITS, INPUTS = 4, 3


@pytest.mark.parametrize("kind", [torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_a_torch_layer_computes_the_same_here(kind, both, bias):
    twin = kind(INPUTS, UNITS, num_layers=2, bidirectional=both, bias=bias, batch_first=True)
    x = torch.randn(2, 6, INPUTS)
    torch.testing.assert_close(stack_from_torch(twin.state_dict())(x)[0], twin(x)[0], rtol=0, atol=1e-6)


def test_what_is_no_torch_layer_is_refused():
    with pytest.raises(ShapeError, match=r"expected the state dict of a torch\.nn\.LSTM, GRU or RNN"):
        stack_from_torch(torch.nn.Linear(2, 3).state_dict())
    with pytest.raises(ShapeError, match="proj_size"):
        stack_from_torch(torch.nn.LSTM(3, 4, proj_size=2).state_dict())


def keras_arrays(blocks, rows=1, bias_rows=None):
    random = np.random.default_rng(rows)
    columns = blocks * UNITS
    bias = (columns,) if bias_rows is None else (bias_rows, columns)
    return [random.normal(0, 0.5, shape) for shape in ((INPUTS, columns), (UNITS, columns), bias)]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def keras_lstm(x, weights):
    """keras.layers.LSTMCell: gates i, f, c, o."""
    kernel, recurrent, bias = weights
    h = c = np.zeros((len(x), UNITS))
    outputs = []
    for t in range(x.shape[1]):
        i, f, candidate, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(candidate)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def keras_gru(x, weights):
    """keras.layers.GRUCell with reset_after: gates z, r, h."""
    kernel, recurrent, bias = weights
    h = np.zeros((len(x), UNITS))
    outputs = []
    for t in range(x.shape[1]):
        x_z, x_r, x_h = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
        h_z, h_r, h_h = np.split(h @ recurrent + bias[1], 3, axis=1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = z * h + (1 - z) * np.tanh(x_h + r * h_h)
        outputs.append(h)
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize(
    ("cell", "twin", "weights"),
    [("lstm", keras_lstm, keras_arrays(4)), ("gru", keras_gru, keras_arrays(3, bias_rows=2))],
)
def test_a_keras_layer_computes_the_same_here(cell, twin, weights):
    x = np.random.default_rng(1).normal(size=(2, 5, INPUTS)).astype(np.float32)
    found = stack_from_keras(cell, [weights])(torch.from_numpy(x))[0]
    np.testing.assert_allclose(found.detach().numpy(), twin(x, weights), atol=1e-6)


def test_both_directions_of_a_keras_layer():
    ahead, back = keras_arrays(4, rows=1), keras_arrays(4, rows=2)
    x = np.random.default_rng(1).normal(size=(2, 5, INPUTS)).astype(np.float32)
    found = stack_from_keras("lstm", [[*ahead, *back]])(torch.from_numpy(x))[0].detach().numpy()
    np.testing.assert_allclose(found[..., :UNITS], keras_lstm(x, ahead), atol=1e-6)
    np.testing.assert_allclose(found[..., UNITS:], keras_lstm(x[:, ::-1], back)[:, ::-1], atol=1e-6)


def test_keras_weights_of_another_kind_are_refused():
    with pytest.raises(SettingsError, match="reset_after=True"):
        stack_from_keras("gru", [keras_arrays(3)])
    with pytest.raises(ShapeError, match="Check the cell"):
        stack_from_keras("lstm", [keras_arrays(3)])
    with pytest.raises(ShapeError, match="expected 2 or 3 arrays"):
        stack_from_keras("lstm", [keras_arrays(4)[:1]])
    with pytest.raises(ShapeError, match="at least one layer"):
        stack_from_keras("lstm", [])


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("both", [False, True])
def test_our_own_graph_comes_back(cell, both):
    onnx = pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    from hiddenstate.export.onnx_model import to_onnx
    from hiddenstate.models.programs import program_of

    stack = Stacked(cell, INPUTS, hidden_size=UNITS, num_layers=2, bidirectional=both)
    weights = {name: tensor.numpy() for name, tensor in stack.state_dict().items()}
    layers = layers_from_onnx(
        onnx.ModelProto.FromString(to_onnx(program_of(stack), weights).SerializeToString())
    )
    x = torch.randn(2, 6, INPUTS)
    expected, _ = stack(x)
    if both:  # the graph has a node for each direction
        pairs = zip(layers[::2], layers[1::2], strict=True)
        layers = [Bidirectional(ahead.cell, back.cell) for ahead, back in pairs]
    for layer in layers:
        x, _ = layer(x)
    torch.testing.assert_close(x, expected, rtol=0, atol=1e-6)


def test_a_graph_without_recurrent_nodes_is_refused():
    onnx = pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    with pytest.raises(BundleError, match="expected an LSTM, GRU or RNN node"):
        layers_from_onnx(onnx.ModelProto())
