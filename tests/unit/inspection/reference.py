"""The gates once more, one step at a time: twenty lines of NumPy that know nothing of the package."""

import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm_step(x, h, C, p):
    a_i, a_f, a_C, a_o = np.split(p["W"] @ x + p["b_ih"] + p["U"] @ h + p["b_hh"], 4)
    f, i, o, C_tilde = sigmoid(a_f), sigmoid(a_i), sigmoid(a_o), np.tanh(a_C)
    C = f * C + i * C_tilde
    return {"f": f, "i": i, "C_tilde": C_tilde, "C": C, "o": o, "h": o * np.tanh(C)}


def gru_step(x, h, C, p):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = (
        np.split(p["W"] @ x + p["b_ih"], 3),
        np.split(p["U"] @ h + p["b_hh"], 3),
    )
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    return {"r": r, "z": z, "n": n, "h": (1 - z) * n + z * h}


def tanh_step(x, h, C, p):
    return {"h": np.tanh(p["W"] @ x + p["b_ih"] + p["U"] @ h + p["b_hh"])}


def relu_step(x, h, C, p):
    return {"h": np.maximum(p["W"] @ x + p["b_ih"] + p["U"] @ h + p["b_hh"], 0)}


STEPS = {"lstm": lstm_step, "gru": gru_step, "rnn": tanh_step, "rnn_relu": relu_step}


def run(kind, x, p, h=None, C=None, reverse=False):
    """Symbol -> (time, hidden) of one sequence x (time, input), in the order of the input."""
    size = p["U"].shape[1]
    h = np.zeros(size) if h is None else h
    C = np.zeros(size) if C is None else C
    steps = [None] * len(x)
    for t in range(len(x) - 1, -1, -1) if reverse else range(len(x)):
        steps[t] = STEPS[kind](x[t], h, C, p)
        h, C = steps[t]["h"], steps[t].get("C", C)
    return {symbol: np.array([step[symbol] for step in steps]) for symbol in steps[0]} if steps else {}


def parameters(state_dict, suffix="_l0"):
    """The parameters of one layer and direction of a torch.nn module's state dict, in float64."""
    named = {"W": "weight_ih", "U": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh"}
    found = {
        key: state_dict[name + suffix].double().numpy()
        for key, name in named.items()
        if name + suffix in state_dict
    }
    zeros = np.zeros(len(found["W"]))
    return {"b_ih": zeros, "b_hh": zeros} | found
