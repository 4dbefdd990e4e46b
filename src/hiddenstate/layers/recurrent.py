"""One cell unrolled over time, in one direction."""

from typing import Any, Literal, cast, final, get_args

import torch
from torch import Tensor, nn

from hiddenstate.cells import Cell
from hiddenstate.choices import closest
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers import ragged
from hiddenstate.layers.dropout import VariationalDropout, check_share, draw_mask
from hiddenstate.layers.fused import can_fuse, fused_forward
from hiddenstate.layers.lengths import check_lengths, valid_steps
from hiddenstate.layers.repeated import Repeated
from hiddenstate.layers.zoneout import draw_zone, keep_some, zone_at

Path = Literal["auto", "fused", "loop"]
State = tuple[Tensor, ...]


@final
class Recurrent(nn.Module):
    """A cell unrolled over time: reads a batch of sequences, returns every hidden state.

    Sequences of different lengths are padded into one tensor and come with their `lengths`: padding, whatever
    it holds, has no effect on any output or gradient. With `reverse` each row is read from its own end.

    `path` chooses how, never what: "loop" calls `cell.step` once for each step; "fused" computes all steps
    in one call on the same parameters, by the kernels of this package or torch's own operation, whichever
    is faster; "auto" is "fused" where that can be done. May be changed at any time.

    Raises `SettingsError` for a path that this cell or dropout cannot take.

    >>> from hiddenstate.cells import LSTMCell
    >>> layer = Recurrent(LSTMCell(input_size=3, hidden_size=5))
    >>> outputs, state = layer(torch.randn(2, 7, 3), lengths=torch.tensor([7, 4]))
    >>> outputs.shape, state.C.shape
    (torch.Size([2, 7, 5]), torch.Size([2, 5]))
    >>> bool((outputs[1, 4:] == 0).all())
    True
    """

    def __init__(
        self,
        cell: Cell[Any, Any],
        *,
        reverse: bool = False,
        input_dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        zoneout: float = 0.0,
        path: Path = "auto",
    ) -> None:
        super().__init__()
        check_share("recurrent_dropout", recurrent_dropout)
        check_share("zoneout", zoneout)
        self.cell = cell
        self.reverse = reverse
        self.input_dropout = VariationalDropout(input_dropout)
        self.recurrent_dropout = recurrent_dropout
        self.zoneout = zoneout
        self.path = path

    @property
    def path(self) -> Path:
        """Which way the steps are computed."""
        return self._path

    @path.setter
    def path(self, path: Path) -> None:
        if path not in get_args(Path):
            raise SettingsError(
                f'path: expected a way to compute, got "{path}". {closest(path, get_args(Path))}'
            )
        if path == "fused" and (self.recurrent_dropout or self.zoneout):
            raise SettingsError(
                'path: expected "auto" or "loop" with recurrent dropout or zoneout, got "fused". Use "auto".'
            )
        if path == "fused" and not can_fuse(self.cell):
            raise SettingsError(
                f'path: expected "auto" or "loop" for the {self.cell.label}, got "fused". Use "auto".'
            )
        self._path = path

    @property
    def label(self) -> str:
        """Name in tables."""
        return self.cell.label + (", backwards" if self.reverse else "")

    @property
    def output_size(self) -> int:
        """Features of each output step."""
        return self.cell.hidden_size

    def forward(
        self, x: Tensor | Repeated, lengths: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, Any]:
        """Read x (batch, time, input) from `state`, or from zero where it is None.

        lengths: (batch,) whole numbers from 0 to time; None means that every step is real. It costs least
        on the CPU, wherever x is.

        Returns the hidden states (batch, time, hidden), exactly 0 past each row's length, and the cell's
        state after each row's last step (its first, with `reverse`). A row of length 0 returns its initial
        state. Handing the final state to the next call continues the sequence.

        Raises `ShapeError` where a shape or number type does not fit.
        """
        self.check_input(x)
        start = self.check_state(state, x.shape[0])
        x = self.input_dropout(x)
        h_mask, zone = self.draw_recurrent_mask(x.shape[0]), self.draw_zone(*x.shape[:2])
        if self.takes_kernels(x, lengths):
            return ragged.ragged_forward(self.cell, x, lengths, start, self.reverse, h_mask=h_mask, zone=zone)
        if lengths is not None:
            check_lengths(lengths, *x.shape[:2])
        x = x.steps() if isinstance(x, Repeated) else x
        start = self.cell.initial_state(x.shape[0]) if start is None else start
        if self.path == "loop" or h_mask is not None or zone is not None or not can_fuse(self.cell):
            return self._loop(x, lengths, start, h_mask, zone)
        return fused_forward(self.cell, x, lengths, start, self.reverse)

    def takes_kernels(self, x: Tensor | Repeated, lengths: Tensor | None, directions: int = 1) -> bool:
        """Whether our own kernels compute this: where they can, and nothing else is faster.

        `directions` is how many layers share one call.
        """
        drops = self.zoneout > 0 or (self.training and self.recurrent_dropout > 0)
        return (
            self.path != "loop"
            and (drops or isinstance(x, Repeated) or ragged.is_faster(self.cell, lengths, directions))
            and ragged.can_run(self.cell, x)
        )

    def _loop(
        self, x: Tensor, lengths: Tensor | None, state: State, h_mask: Tensor | None, zone: Tensor | None
    ) -> tuple[Tensor, State]:
        """One `step` after the other: what the fused path must equal."""
        batch_size, time_steps, _ = x.shape
        valid = None
        if lengths is not None:
            valid = valid_steps(lengths.to(x.device), time_steps).unsqueeze(-1)  # (batch, time, 1)
            x = x.masked_fill(~valid, 0.0)  # else padding of NaN would reach the gradient as 0 · NaN
        outputs = [x.new_zeros(batch_size, self.output_size)] * time_steps
        for t in reversed(range(time_steps)) if self.reverse else range(time_steps):
            new_state, _ = self.cell.step(x[:, t], state, h_mask)
            if zone is not None:
                new_state = self.cell.make_state(*keep_some(new_state, state, zone_at(zone, t)))
            if valid is None:
                state = new_state
                outputs[t] = state[0]
            else:
                state = self._freeze(valid[:, t], new_state, state)
                outputs[t] = torch.where(valid[:, t], state[0], 0.0)
        if not outputs:
            return x.new_zeros(batch_size, 0, self.output_size), state
        return torch.stack(outputs, dim=1), state  # (batch, time, hidden)

    def _freeze(self, alive: Tensor, new: State, old: State) -> State:
        """The new state of rows that still read, the old one of rows that have ended; alive: (batch, 1)."""
        kept = (torch.where(alive, after, before) for after, before in zip(new, old, strict=True))
        return cast(State, self.cell.make_state(*kept))

    def draw_recurrent_mask(self, rows: int) -> Tensor | None:
        """(rows, hidden) mask, one for the whole sequence; None where nothing is dropped."""
        if not self.training or self.recurrent_dropout == 0.0:
            return None
        return draw_mask(self.cell.W.new_empty(rows, self.output_size), self.recurrent_dropout)

    def draw_zone(self, rows: int, steps: int) -> Tensor | None:
        """What zoneout keeps of so many rows and steps, see `zoneout.draw_zone`; None without zoneout."""
        if self.zoneout == 0.0:
            return None
        return draw_zone(self.cell.initial_state(rows), steps, self.zoneout, training=self.training)

    def check_input(self, x: Tensor | Repeated) -> None:
        """Raise `ShapeError` unless the cell can read x."""
        shape = tuple(x.shape)
        if len(shape) != 3 or shape[2] != self.cell.input_size:
            raise ShapeError(
                f"x: expected shape (batch, time, {self.cell.input_size}), got {shape}. "
                "Put the features on the last axis."
            )
        dtype = (x.inputs if isinstance(x, Repeated) else x).dtype
        if dtype != self.cell.W.dtype:
            raise ShapeError(
                f"x: expected {self.cell.W.dtype} as the layer's weights, got {dtype}. "
                f"Convert one of the two, e.g. x.to({self.cell.W.dtype})."
            )

    def check_state(self, state: State | None, rows: int) -> State | None:
        """The state as the cell's own type; raises `ShapeError` unless it is one of so many rows."""
        if state is None:
            return None
        expected = tuple((rows, self.cell.hidden_size) for _ in self.cell.initial_state(0))
        got = tuple(tuple(part.shape) for part in state)
        if got != expected:
            raise ShapeError(
                f"state: expected tensors of shapes {expected} for the {self.cell.label}, got {got}. "
                "Take it from an earlier call or from cell.initial_state."
            )
        return cast(State, self.cell.make_state(*state))

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return (
            f"reverse={self.reverse}, recurrent_dropout={self.recurrent_dropout}, zoneout={self.zoneout}, "
            f"path={self.path!r}"
        )
