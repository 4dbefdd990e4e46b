"""Other ways to take one step of an LSTM or GRU from Python, on the weights of a module of torch's.

Each peer has `step(x) -> y`, x: (input,), y: (hidden,), and carries its state from call to call.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Floats = NDArray[np.float32]
Weights = list[tuple[Floats, ...]]
"""Of each layer weight_ih, weight_hh, bias_ih, bias_hh."""


def weights_of(module: nn.LSTM | nn.GRU) -> Weights:
    """The arrays of a module's layers."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return [
        tuple(getattr(module, f"{name}_l{layer}").detach().numpy().copy() for name in names)
        for layer in range(module.num_layers)
    ]


class Torch:
    """The module itself, given sequences of one step."""

    def __init__(self, module: nn.LSTM | nn.GRU) -> None:
        self.module = module
        self.state: Any = None

    def step(self, x: Floats) -> Floats:
        """One step."""
        with torch.inference_mode():
            y, self.state = self.module(torch.from_numpy(x)[None], self.state)
            return y[0].numpy()  # type: ignore[no-any-return]


class OnnxRuntime:
    """ONNX's own LSTM and GRU operators, with the states as inputs and outputs."""

    def __init__(self, module: nn.LSTM | nn.GRU) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            onnx_model(module), options, providers=["CPUExecutionProvider"]
        )
        names = [argument.name for argument in self.session.get_inputs()]
        self.state = {name: np.zeros((1, 1, module.hidden_size), np.float32) for name in names[1:]}
        self.top = -2 if isinstance(module, nn.LSTM) else -1

    def step(self, x: Floats) -> Floats:
        """One step."""
        outputs = self.session.run(None, {"x": x[None, None], **self.state})
        self.state = dict(zip(self.state, outputs, strict=True))
        return outputs[self.top][0, 0]  # type: ignore[no-any-return]


def onnx_model(module: nn.LSTM | nn.GRU) -> bytes:
    """One step of all layers; ONNX orders gates i, o, f, c and z, r, h."""
    from onnx import TensorProto, helper, numpy_helper

    kind, order, states = (
        ("LSTM", [0, 3, 1, 2], "hc") if isinstance(module, nn.LSTM) else ("GRU", [1, 0, 2], "h")
    )
    hidden = module.hidden_size

    def reordered(array: Floats) -> Floats:
        blocks = array.reshape(len(order), hidden, -1)[order]
        return blocks.reshape(array.shape)

    nodes, constants, outputs = [], [], []
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, module.input_size])]
    below = "x"
    for layer, (W, U, b_ih, b_hh) in enumerate(weights_of(module)):
        biases = np.concatenate([reordered(b_ih), reordered(b_hh)])
        for name, array in (("W", reordered(W)), ("R", reordered(U)), ("B", biases)):
            constants.append(numpy_helper.from_array(array[None], f"{name}{layer}"))
        for state in states:
            inputs.append(helper.make_tensor_value_info(f"{state}{layer}", TensorProto.FLOAT, [1, 1, hidden]))
            outputs.append(
                helper.make_tensor_value_info(f"next_{state}{layer}", TensorProto.FLOAT, [1, 1, hidden])
            )
        given = [below, f"W{layer}", f"R{layer}", f"B{layer}", "", *(f"{state}{layer}" for state in states)]
        made = ["", *(f"next_{state}{layer}" for state in states)]
        more = {"linear_before_reset": 1} if kind == "GRU" else {}
        nodes.append(helper.make_node(kind, given, made, hidden_size=hidden, **more))
        below = f"next_h{layer}"
    graph = helper.make_graph(nodes, "step", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    return model.SerializeToString()  # type: ignore[no-any-return]


class LiteRT:
    """TensorFlow Lite's runtime; TensorFlow's converter makes its model."""

    def __init__(self, module: nn.LSTM | nn.GRU) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import tensorflow as tf
        from ai_edge_litert.interpreter import Interpreter

        hidden, parts = module.hidden_size, 2 if isinstance(module, nn.LSTM) else 1
        step = lstm_step if isinstance(module, nn.LSTM) else gru_step
        layers = [[tf.constant(array.T) for array in layer] for layer in weights_of(module)]

        def all_layers(x: Any, *states: Any) -> tuple[Any, ...]:
            after: list[Any] = []
            for place, layer in enumerate(layers):
                after += step(tf, x, layer, *states[parts * place : parts * (place + 1)])
                x = after[-parts]
            return tuple(after)

        shapes = [(1, module.input_size), *[(1, hidden)] * (parts * len(layers))]
        traced = tf.function(all_layers, [tf.TensorSpec(shape, tf.float32) for shape in shapes])
        converter = tf.lite.TFLiteConverter.from_concrete_functions([traced.get_concrete_function()])
        self.runtime = Interpreter(model_content=converter.convert(), num_threads=1)
        self.runtime.allocate_tensors()
        # x comes first; the states follow in order, named states, states_1, states_2, ...
        details = sorted(
            self.runtime.get_input_details(), key=lambda detail: (len(detail["name"]), detail["name"])
        )
        self.x = next(d["index"] for d in details if d["name"].split(":")[0].endswith("x"))
        self.inputs = [d["index"] for d in details if d["index"] != self.x]
        self.outputs = [detail["index"] for detail in self.runtime.get_output_details()]
        self.states = [np.zeros((1, hidden), np.float32) for _ in self.outputs]
        self.top = -parts

    def step(self, x: Floats) -> Floats:
        """One step."""
        self.runtime.set_tensor(self.x, x[None])
        for place, state in zip(self.inputs, self.states, strict=True):
            self.runtime.set_tensor(place, state)
        self.runtime.invoke()
        self.states = [self.runtime.get_tensor(place) for place in self.outputs]
        return self.states[self.top][0]  # type: ignore[no-any-return]


def lstm_step(tf: Any, x: Any, layer: list[Any], h: Any, C: Any) -> list[Any]:
    """One layer of the LSTM in TensorFlow's operations."""
    W, U, b_ih, b_hh = layer
    i, f, g, o = tf.split(tf.matmul(x, W) + tf.matmul(h, U) + (b_ih + b_hh), 4, 1)
    C = tf.sigmoid(f) * C + tf.sigmoid(i) * tf.tanh(g)
    return [tf.sigmoid(o) * tf.tanh(C), C]


def gru_step(tf: Any, x: Any, layer: list[Any], h: Any) -> list[Any]:
    """One layer of the GRU in TensorFlow's operations."""
    W, U, b_ih, b_hh = layer
    x_r, x_z, x_n = tf.split(tf.matmul(x, W) + b_ih, 3, 1)
    h_r, h_z, h_n = tf.split(tf.matmul(h, U) + b_hh, 3, 1)
    z = tf.sigmoid(x_z + h_z)
    n = tf.tanh(x_n + tf.sigmoid(x_r + h_r) * h_n)
    return [n + z * (h - n)]


PEERS: dict[str, Callable[[Any], Any]] = {"torch": Torch, "onnxruntime": OnnxRuntime, "litert": LiteRT}
