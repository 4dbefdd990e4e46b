"""torch.nn.LSTM, GRU and RNN with their arguments, parameters and results, computed by the layers of this package."""

from collections.abc import Mapping
from typing import Any, final

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import dropout
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from hiddenstate.cells import Cell, ElmanCell, GRUCell, LSTMCell
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers.bidirectional import Bidirectional
from hiddenstate.layers.recurrent import Recurrent

Runner = Recurrent | Bidirectional
"""How one layer is computed; it has no numbers of its own, and borrows the module's parameters for each call."""


@final
class LSTM(nn.LSTM):
    """torch.nn.LSTM in every respect but two: our kernels compute it on a CPU in float32, and it takes `lengths`.

    The constructor's arguments, the parameters with their names and starting values, the state dict, and what
    `forward` takes and returns are those of torch.nn.LSTM. Raises `SettingsError` for a ``proj_size``.

    >>> theirs = nn.LSTM(3, 5, num_layers=2, bidirectional=True, batch_first=True)
    >>> ours = LSTM(3, 5, num_layers=2, bidirectional=True, batch_first=True)
    >>> ours.load_state_dict(theirs.state_dict())
    <All keys matched successfully>
    >>> x = torch.randn(2, 7, 3)
    >>> bool(torch.allclose(ours(x)[0], theirs(x)[0], atol=1e-6))
    True
    >>> outputs, (h_n, c_n) = ours(x, lengths=torch.tensor([7, 4]))  # no packing
    >>> bool((outputs[1, 4:] == 0).all())
    True
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.runners = _runners(self, LSTMCell)

    def forward(self, input: Any, hx: Any = None, *, lengths: Tensor | None = None) -> tuple[Any, Any]:
        """Read `input` as torch.nn.LSTM does: padded, packed or a single sequence, from the state `hx`.

        lengths: (batch,) real steps of padded rows, from 0; what lies past them has no effect, and the outputs there
        are 0. Both directions of a row then begin and end at its own ends, as in a packed sequence.
        Raises `ShapeError` where a shape or number type does not fit.
        """
        return _run(self, self.runners, input, hx, lengths)


@final
class GRU(nn.GRU):
    """torch.nn.GRU in every respect but two: our kernels compute it on a CPU in float32, and it takes `lengths`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.runners = _runners(self, GRUCell)

    def forward(self, input: Any, hx: Any = None, *, lengths: Tensor | None = None) -> tuple[Any, Any]:
        """As `LSTM.forward`; the state is h alone."""
        return _run(self, self.runners, input, hx, lengths)


@final
class RNN(nn.RNN):
    """torch.nn.RNN in every respect but three: our kernels compute it, it takes `lengths`, and it has tanh alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.runners = _runners(self, ElmanCell)

    def forward(self, input: Any, hx: Any = None, *, lengths: Tensor | None = None) -> tuple[Any, Any]:
        """As `LSTM.forward`; the state is h alone."""
        return _run(self, self.runners, input, hx, lengths)


LikeTorch = LSTM | GRU | RNN


def _runners(module: nn.RNNBase, kind: type[Cell[Any, Any]]) -> list[Runner]:
    """One for each layer. A list, so that their empty cells are no parameters of the module."""
    if module.proj_size:
        raise SettingsError(
            f"proj_size: expected 0, got {module.proj_size}. Layers with projections stay with torch.nn.LSTM."
        )
    if module.mode == "RNN_RELU":
        raise SettingsError(
            'nonlinearity: expected "tanh", got "relu". Layers with another one stay with torch.nn.RNN.'
        )
    runners: list[Runner] = []
    size = module.input_size
    with torch.device("meta"):  # shapes without numbers
        for _ in range(module.num_layers):
            cells = [kind(size, module.hidden_size) for _ in range(2 if module.bidirectional else 1)]
            runners.append(Bidirectional(*cells) if module.bidirectional else Recurrent(*cells))
            size = runners[-1].output_size
    return runners


def _run(
    module: nn.RNNBase, runners: list[Runner], input: Any, hx: Any, lengths: Tensor | None
) -> tuple[Any, Any]:
    """What `forward` of torch.nn's module takes to what it returns."""
    packed = input if isinstance(input, PackedSequence) else None
    single = packed is None and input.ndim == 2
    if packed is not None:
        if lengths is not None:
            raise ShapeError(
                "lengths: expected none with a PackedSequence, which has its own. Leave them out."
            )
        x, lengths = pad_packed_sequence(packed, batch_first=True)  # rows as before they were sorted
    elif input.ndim not in (2, 3):
        raise ShapeError(f"input: expected 2 or 3 axes, got {input.ndim}. Give sequences of features.")
    else:
        x = input.unsqueeze(0) if single else input if module.batch_first else input.transpose(0, 1)
    starts = _starts(module, hx, len(x), single)
    finals: list[tuple[Tensor, ...]] = []
    for number, runner in enumerate(runners):
        if number and module.dropout:
            x = dropout(x, module.dropout, module.training)
        x, after = _run_layer(module, number, runner, (x, lengths, starts[number]))
        finals += after if module.bidirectional else [after]
    state = tuple(
        torch.stack(parts) for parts in zip(*finals, strict=True)
    )  # (layers · directions, batch, hidden)
    if packed is not None:
        assert lengths is not None
        return _packed_as(packed, x, lengths), state if len(state) > 1 else state[0]
    if single:
        x, state = x.squeeze(0), tuple(part.squeeze(1) for part in state)
    elif not module.batch_first:
        x = x.transpose(0, 1)
    return x, state if len(state) > 1 else state[0]


def _run_layer(
    module: nn.RNNBase, number: int, runner: Runner, arguments: tuple[Any, ...]
) -> tuple[Tensor, Any]:
    """One layer with the module's parameters in the places of the runner's."""
    places = (
        {"cell": ""} if isinstance(runner, Recurrent) else {"forwards.cell": "", "backwards.cell": "_reverse"}
    )
    borrowed = {
        f"{place}.{name}": part
        for place, ending in places.items()
        for name, part in _cell_parameters(module, f"l{number}{ending}").items()
    }
    found: tuple[Tensor, Any] = functional_call(runner, borrowed, arguments, strict=True)
    return found


def _cell_parameters(module: nn.RNNBase, suffix: str) -> Mapping[str, Tensor]:
    """W, U, b (and the GRU's b_hn) of one direction; a gradient of the sum reaches both of torch's biases."""
    W, U = getattr(module, f"weight_ih_{suffix}"), getattr(module, f"weight_hh_{suffix}")
    if module.bias:
        b_ih, b_hh = getattr(module, f"bias_ih_{suffix}"), getattr(module, f"bias_hh_{suffix}")
    else:
        b_ih = b_hh = W.new_zeros(len(W))
    if module.mode != "GRU":
        return {"W": W, "U": U, "b": b_ih + b_hh}
    gates = 2 * module.hidden_size  # r and z add both biases; the candidate does not
    b = torch.cat([b_ih[:gates] + b_hh[:gates], b_ih[gates:]])
    return {"W": W, "U": U, "b": b, "b_hn": b_hh[gates:]}


def _starts(module: nn.RNNBase, hx: Any, rows: int, single: bool) -> list[Any]:
    """For each layer the state that it begins with: None, that of its direction, or a pair of both directions'."""
    directions = 2 if module.bidirectional else 1
    if hx is None:
        return [None] * module.num_layers
    parts = tuple(hx) if isinstance(hx, tuple | list) else (hx,)
    wanted = 2 if module.mode == "LSTM" else 1
    expected = (module.num_layers * directions, rows, module.hidden_size)
    if single and all(part.ndim == 2 for part in parts):
        parts = tuple(part.unsqueeze(1) for part in parts)
    if len(parts) != wanted or any(part.shape != expected for part in parts):
        got = ", ".join(str(tuple(part.shape)) for part in parts)
        raise ShapeError(
            f"hx: expected {wanted} tensor(s) of shape {expected} (layers · directions, batch, hidden), got {got}. "
            "Take the state from an earlier call."
        )
    each = list(zip(*(part.unbind(0) for part in parts), strict=True))
    if directions == 1:
        return each
    return [(each[2 * layer], each[2 * layer + 1]) for layer in range(module.num_layers)]


def _packed_as(packed: PackedSequence, outputs: Tensor, lengths: Tensor) -> PackedSequence:
    """Outputs (batch, time, feature) in the form and order of the input."""
    order = packed.sorted_indices
    if order is not None:
        outputs, lengths = outputs.index_select(0, order), lengths[order.to(lengths.device)]
    data = pack_padded_sequence(outputs, lengths, batch_first=True).data
    return PackedSequence(data, packed.batch_sizes, order, packed.unsorted_indices)
