"""All steps of a cell at once through the kernels: sequences of any lengths, in one or both directions.

No padding is computed. All steps run in `hiddenstate.kernels`, forwards and backwards; the gradients of the
weights are one large matrix product each, over all real steps.
For float32 on a CPU: `can_run` tells.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from hiddenstate.cells import CELLS, Cell, LSTMCell
from hiddenstate.errors import ShapeError
from hiddenstate.kernels import library
from hiddenstate.kernels.kinds import KINDS
from hiddenstate.layers.frames import Frames
from hiddenstate.layers.ragged_passes import Direction, Plan, backward_pass, forward_pass
from hiddenstate.layers.ragged_weights import weight_gradients
from hiddenstate.layers.repeated import Repeated
from hiddenstate.layers.widening import Widening

State = TypeVar("State", bound=tuple[Tensor, ...])

KERNELS: dict[type[Cell[Any, Any]], str] = {CELLS[name]: name for name in KINDS}
"""The name of each cell's kernels."""

FIELDS = len(Direction._fields)
DTYPE = torch.float32


def can_run(cell: Cell[Any, Any], x: Tensor | Repeated) -> bool:
    """Whether the kernels can compute this cell on x. The first call compiles them, or loads them from disk."""
    inputs = x.inputs if isinstance(x, Repeated) else x
    return (
        type(cell) in KERNELS
        and inputs.device.type == cell.W.device.type == "cpu"
        and inputs.dtype == cell.W.dtype == DTYPE
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
        and library.available(KERNELS[type(cell)])
    )


def is_faster(cell: Cell[Any, Any], lengths: Tensor | None, directions: int = 1) -> bool:
    """Whether the kernels beat torch's own operation: always, but for one LSTM where all lengths are equal.

    There torch calls oneDNN; everywhere else it has a loop of small operations on a CPU. Two directions that
    go through the kernels in one call are at least level with oneDNN.
    """
    if directions > 1 or not isinstance(cell, LSTMCell):
        return True
    return not (lengths is None or lengths.numel() == 0 or bool(lengths.min() == lengths.max()))


def ragged_forward(
    cell: Cell[State, Any],
    x: Tensor | Repeated,
    lengths: Tensor | None,
    state: State | None,
    reverse: bool,
    *,
    h_mask: Tensor | None = None,
    zone: Tensor | None = None,
) -> tuple[Tensor, State]:
    """Run `cell` over x (batch, time, input) from `state`, or from zero where it is None.

    lengths: (batch,) real steps of each row, or None for all; `h_mask` (batch, hidden) as in `Cell.step`;
    `zone` as `zoneout.draw_zone` makes it.

    Returns the hidden states (batch, time, hidden), zero past each row's length, and each row's state
    after its own last step (with `reverse`, after its first one).
    """
    outputs, (final,) = ragged_directions(
        [cell], x, lengths, [state], [reverse], h_masks=[h_mask], zones=[zone]
    )
    return outputs, final


def ragged_directions(
    cells: Sequence[Cell[State, Any]],
    x: Tensor | Repeated,
    lengths: Tensor | None,
    states: Sequence[State | None],
    reverse: Sequence[bool],
    *,
    h_masks: Sequence[Tensor | None] | None = None,
    zones: Sequence[Tensor | None] | None = None,
) -> tuple[Tensor, list[State]]:
    """Run several cells of one kind and size over the same x, each in its own direction, as `ragged_forward`.

    Returns the hidden states side by side (batch, time, cells · hidden), and each cell's final state.
    Raises `ShapeError` where a tensor does not fit: kernels read memory without looking twice.
    """
    _check_cells(cells)
    inputs, places = (x.inputs, x.places.contiguous()) if isinstance(x, Repeated) else (x, None)
    _check_input(x, inputs, cells[0].input_size)
    widening = Widening.of(cells[0].hidden_size, len(cells[0].blocks))
    plan = Plan(KERNELS[type(cells[0])], tuple(reverse), widening, Frames.of(x, lengths), places)
    arguments: list[Tensor | None] = []
    nothing = [None] * len(cells)
    for cell, state, mask, zone in zip(cells, states, h_masks or nothing, zones or nothing, strict=True):
        h, C = (*(state or ()), None, None)[:2]
        for part in (*(state or ()), mask):
            _check_part(part, (x.shape[0], cell.hidden_size))
        W, products = (cell.W, None) if places is None else (None, inputs @ widening.rows(cell.W).T)
        start = _unless_zero(h), _unless_zero(C)
        arguments += Direction(W, products, cell.U, cell.b, cell.extra(), *start, mask, zone)
    steps = inputs if places is None else None
    finals: Sequence[Tensor]
    if torch.is_grad_enabled() and any(
        each is not None and each.requires_grad for each in (steps, *arguments)
    ):
        outputs, *finals = _Ragged.apply(plan, steps, *arguments)  # type: ignore[no-untyped-call]
    else:
        outputs, finals, _ = forward_pass(plan, steps, _directions(arguments), keep=False)
    parts = len(finals) // len(cells)  # of a state: h, or h and C
    return outputs, [cell.make_state(*finals[i * parts : (i + 1) * parts]) for i, cell in enumerate(cells)]


def _check_cells(cells: Sequence[Cell[Any, Any]]) -> None:
    kinds = {(type(cell), cell.hidden_size, cell.input_size) for cell in cells}
    if len(kinds) != 1 or any(cell.W.dtype != DTYPE for cell in cells):
        raise ShapeError(
            f"cells: expected float32 cells of one kind and size, got {', '.join(map(repr, cells))}. "
            "Run each of them by itself, or torch's own operation."
        )


def _check_input(x: Tensor | Repeated, inputs: Tensor, input_size: int) -> None:
    if isinstance(x, Repeated):
        x.check()
    shape = tuple(x.shape)
    if len(shape) != 3 or shape[2] != input_size or inputs.dtype != DTYPE or inputs.device.type != "cpu":
        raise ShapeError(
            f"x: expected (batch, time, {input_size}) of {DTYPE} on the CPU, got {shape} of "
            f"{inputs.dtype} on {inputs.device}. Convert it, or use torch's own operation."
        )


def _check_part(part: Tensor | None, expected: tuple[int, int]) -> None:
    if part is not None and (part.shape != expected or part.dtype != DTYPE or part.device.type != "cpu"):
        raise ShapeError(
            f"state or mask: expected {expected} of {DTYPE} on the CPU, got {tuple(part.shape)} of "
            f"{part.dtype} on {part.device}. Convert it."
        )


class _Ragged(torch.autograd.Function):
    """The node in the graph; `arguments` are the fields of each direction, one direction after the other."""

    @staticmethod
    def forward(ctx: Any, plan: Plan, x: Tensor | None, *arguments: Tensor | None) -> tuple[Tensor, ...]:
        outputs, finals, ctx.kept = forward_pass(plan, x, _directions(arguments), keep=True)
        ctx.save_for_backward(x, *arguments)
        ctx.plan = plan
        ctx.set_materialize_grads(False)
        return outputs, *finals

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_outputs: Tensor | None, *d_finals: Tensor | None) -> tuple[Tensor | None, ...]:
        if not torch.is_autocast_enabled("cpu"):
            return _gradients(ctx, d_outputs, d_finals)
        with torch.autocast("cpu", enabled=False):  # the kernels read float32 and nothing else
            return _gradients(ctx, d_outputs, d_finals)


def _gradients(
    ctx: Any, d_outputs: Tensor | None, d_finals: Sequence[Tensor | None]
) -> tuple[Tensor | None, ...]:
    """One gradient for each argument of `_Ragged.forward`; None where it is not needed."""
    plan: Plan = ctx.plan
    x, *arguments = ctx.saved_tensors
    directions = _directions(arguments)
    # A backward pass uses up what was kept; a second one through the same graph computes it again.
    kept = ctx.kept or forward_pass(plan, x, directions, keep=True)[2]
    ctx.kept = None
    needs_x, needs = ctx.needs_input_grad[1], ctx.needs_input_grad[2:]
    d_x, starts, learnt = backward_pass(
        plan,
        directions,
        kept,
        d_outputs,
        d_finals,
        x_matters=needs_x,
        start_matters=any(needs[Direction._fields.index("h") :: FIELDS]),
    )
    gradients: list[Tensor | None] = []
    for direction, each, (d_h, d_C), sums in zip(directions, kept, starts, learnt, strict=True):
        gradients += weight_gradients(plan, direction, each, sums)._replace(h=d_h, C=d_C)
    return None, d_x, *(each if need else None for each, need in zip(gradients, needs, strict=True))


def _directions(arguments: Sequence[Any]) -> list[Direction]:
    return [Direction(*arguments[i : i + FIELDS]) for i in range(0, len(arguments), FIELDS)]


def _unless_zero(part: Tensor | None) -> Tensor | None:
    """None for an initial state of zeros whose gradient nobody wants: its product need not be computed."""
    if part is None or not (part.requires_grad or part.any()):
        return None
    return part
