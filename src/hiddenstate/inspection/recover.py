"""Gates from the hidden states that a layer has already computed.

Every gate depends only on x_t and h_{t-1}, and a fused layer returns all h_t. So one matrix product over all
steps at once gives all gates, and an element-wise scan the LSTM's cell state: no slow twin of the layer runs.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from hiddenstate.inspection.calls import LayerCall
from hiddenstate.inspection.parameters import Parameters
from hiddenstate.layers import valid_steps
from hiddenstate.records.gates import Array

Values = Mapping[str, Tensor]


def recover(call: LayerCall) -> dict[str, Array]:
    """Symbol -> (batch, time, hidden), in the order of the input; NaN past each row's length."""
    if call.parameters is None:
        values = _step_by_step(call)
    else:
        values = EQUATIONS[call.parameters.kind](
            call, call.parameters, _previous(call.h, call.start[0], call)
        )
    if call.lengths is not None:
        padding = ~valid_steps(call.lengths, call.x.shape[1]).unsqueeze(-1)  # (batch, time, 1)
        if bool(padding.any()):
            for value in values.values():
                value.masked_fill_(padding.to(value.device), torch.nan)
    return {symbol: value.numpy(force=True) for symbol, value in values.items()}


def _previous(h: Tensor, start: Tensor, call: LayerCall) -> Tensor:
    """(batch, time, hidden) the state that each step began with, in the order of the input."""
    if h.shape[1] == 0:
        return h
    first = start.unsqueeze(1)  # (batch, 1, hidden)
    if call.direction == "forward":
        return torch.cat([first, h[:, :-1]], dim=1)
    previous = torch.cat([h[:, 1:], first], dim=1)
    if call.lengths is None:
        return previous
    rows = torch.arange(len(h), device=h.device)
    previous[rows, (call.lengths - 1).clamp(min=0)] = start  # a row is read from its own end
    return previous


def _products(call: LayerCall, W: Tensor, U: Tensor, b: Tensor, h_prev: Tensor) -> Tensor:
    """(batch, time, rows) W x_t + U h_{t-1} + b of all steps."""
    a = torch.addmm(b, call.x.flatten(0, 1), W.T)
    a.addmm_(h_prev.flatten(0, 1), U.T)
    return a.view(*call.x.shape[:2], len(b))


def _lstm(call: LayerCall, parameters: Parameters, h_prev: Tensor) -> dict[str, Tensor]:
    a = _products(call, parameters.W, parameters.U, parameters.b, h_prev)  # (batch, time, 4·hidden)
    i, f, a_C, o = a.chunk(4, dim=-1)  # (batch, time, hidden) each
    C_tilde = a_C.tanh()
    a.sigmoid_()  # all at once, in one stretch of memory: twice as fast as the three gates alone
    C = _scan(f, torch.mul(i, C_tilde, out=a_C), call)
    return {"f": f, "i": i, "C_tilde": C_tilde, "C": C, "o": o, "h": call.h}


def _scan(f: Tensor, written: Tensor, call: LayerCall) -> Tensor:
    """C_t = f_t ⊙ C_{t-1} + i_t ⊙ C̃_t over all steps; `written` is i_t ⊙ C̃_t and becomes C_t."""
    keep, C, first = f.numpy(force=True), written.numpy(force=True), call.start[1].numpy(force=True)
    order = slice(None, None, -1 if call.direction == "backward" else 1)
    steps = zip(keep.swapaxes(0, 1)[order], C.swapaxes(0, 1)[order], strict=True)  # (batch, hidden) each
    starts_late = call.lengths is not None and call.direction == "backward"
    lengths = call.lengths.numpy()[:, None] if call.lengths is not None else None
    previous, kept = first, np.empty_like(first)
    multiply, add = np.multiply, np.add
    for number, (keep_t, C_t) in enumerate(steps):
        multiply(keep_t, previous, kept)
        add(C_t, kept, C_t)
        previous = C_t
        if starts_late:  # a row that has not begun yet still holds its first state
            previous = np.where(C.shape[1] - 1 - number < lengths, previous, first)
    return torch.from_numpy(C)


def _gru(call: LayerCall, parameters: Parameters, h_prev: Tensor) -> dict[str, Tensor]:
    rows = 2 * parameters.hidden_size
    W, U, b, b_hn = parameters.W, parameters.U, parameters.b, parameters.b_hn
    assert b_hn is not None
    r, z = _products(call, W[:rows], U[:rows], b[:rows], h_prev).sigmoid_().chunk(2, dim=-1)
    a_hn = torch.addmm(b_hn, h_prev.flatten(0, 1), U[rows:].T).view_as(h_prev)
    a_xn = torch.addmm(b[rows:], call.x.flatten(0, 1), W[rows:].T).view_as(h_prev)
    n = a_xn.addcmul_(r, a_hn).tanh_()
    return {"r": r, "z": z, "n": n, "h": call.h}


def _elman(call: LayerCall, parameters: Parameters, h_prev: Tensor) -> dict[str, Tensor]:
    return {"h": call.h}


EQUATIONS: dict[str, Callable[[LayerCall, Parameters, Tensor], dict[str, Tensor]]] = {
    "lstm": _lstm,
    "gru": _gru,
    "rnn": _elman,
    "rnn_relu": _elman,
}


def _step_by_step(call: LayerCall) -> dict[str, Tensor]:
    """Any other cell of ours: its own steps, one after the other. Slow, and right for every cell."""
    cell = call.cell
    assert cell is not None
    batch_size, time_steps, _ = call.x.shape
    state = cell.make_state(*call.start)
    found: dict[str, Tensor] = {}
    backward = call.direction == "backward"
    for t in reversed(range(time_steps)) if backward else range(time_steps):
        new, gates = cell.step(call.x[:, t], state)
        named = gates._asdict() | new._asdict()
        for symbol, value in named.items():
            found.setdefault(symbol, value.new_zeros(batch_size, time_steps, value.shape[-1]))[:, t] = value
        if call.lengths is None:
            state = new
        else:
            alive = (t < call.lengths).to(call.x.device).unsqueeze(-1)
            kept = (torch.where(alive, after, before) for after, before in zip(new, state, strict=True))
            state = cell.make_state(*kept)
    return found or {"h": call.h}
