"""The kernels against the readable cells in float64: every cell, size, direction and length."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from hiddenstate.cells import CELLS, Cell
from hiddenstate.errors import ShapeError
from hiddenstate.kernels import library
from hiddenstate.layers import Recurrent, Repeated, ragged
from hiddenstate.layers.zoneout import draw_zone

INPUT = 5
SIZES = (1, 3, 17, 32, 64, 100, 129)
LENGTHS = torch.tensor([3, 0, 7, 1, 5, 7, 2, 7, 4, 6, 1])
TIME = 8  # one step longer than any row
# float32 resolves 6e-8; sums over 129 units and 7 steps lose up to two digits of it.
TOLERANCE = 1e-5

every_cell = pytest.mark.parametrize("kind", CELLS)
every_direction = pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "backwards"])


def make_cell(kind: str, hidden: int, seed: int = 0) -> Cell[Any, Any]:
    """A float32 cell in which no parameter is zero."""
    torch.manual_seed(seed)
    cell = CELLS[kind](INPUT, hidden)
    for parameter in cell.parameters():
        if parameter.ndim == 1:
            nn.init.normal_(parameter, std=0.5)
    return cell


def make_state(cell: Cell[Any, Any], rows: int) -> Any:
    parts = (torch.randn(rows, cell.hidden_size) for _ in cell.initial_state(1))
    return cell.make_state(*(part.requires_grad_() for part in parts))


def double(tensor: Tensor) -> Tensor:
    return tensor.detach().double().requires_grad_(tensor.requires_grad)


def reference(cell, x, lengths, state, reverse, mask=None, zone=None):
    """Outputs, final state and the tensors to differentiate by, from `cell.step` in float64."""
    twin = type(cell)(cell.input_size, cell.hidden_size).double()
    twin.load_state_dict({name: value.double() for name, value in cell.state_dict().items()})
    x64, state64 = double(x), cell.make_state(*map(double, state))
    if mask is None:
        outputs, final = Recurrent(twin, reverse=reverse, path="loop")(x64, lengths, state64)
    else:
        outputs, final = masked_loop(twin, x64, lengths, state64, reverse, mask.double(), zone)
    return outputs, final, [x64, *state64, *twin.parameters()]


def masked_loop(cell, x, lengths, state, reverse, mask, zone=None):
    """One row and one step at a time, with a recurrent mask and zoneout."""
    outputs = torch.zeros(*x.shape[:2], cell.hidden_size, dtype=x.dtype)
    finals = []
    for row, length in enumerate(lengths.tolist()):
        part = cell.make_state(*(each[row : row + 1] for each in state))
        for t in reversed(range(length)) if reverse else range(length):
            after, _ = cell.step(x[row, t : t + 1], part, mask[row : row + 1])
            if zone is not None:
                kept = zone.double().expand(*x.shape[:2], -1, -1)[row, t]
                after = cell.make_state(
                    *(z * old + (1 - z) * new for z, old, new in zip(kept, part, after, strict=True))
                )
            part = after
            outputs = outputs.index_put((torch.tensor(row), torch.tensor(t)), part[0][0])
        finals.append(part)
    return outputs, cell.make_state(*(torch.cat(parts) for parts in zip(*finals, strict=True)))


def gradients(outputs, final, inputs, seed=1):
    """Of a sum of outputs and final state with fixed random weights."""
    generator = torch.Generator().manual_seed(seed)
    total = sum(
        (part.double() * torch.randn(part.shape, generator=generator, dtype=torch.float64)).sum()
        for part in (outputs, *final)
    )
    return torch.autograd.grad(total, inputs, allow_unused=True, materialize_grads=True)


def assert_close(got, expected):
    for one, other in zip(got, expected, strict=True):
        assert one.shape == other.shape
        scale = other.abs().amax().clamp_min(1e-6) if other.numel() else 1.0
        torch.testing.assert_close(one.double() / scale, other.double() / scale, atol=TOLERANCE, rtol=0)


def check(cell, x, lengths, state, reverse, mask=None):
    outputs, final = ragged.ragged_forward(cell, x, lengths, state, reverse, h_mask=mask)
    expected, expected_final, expected_inputs = reference(cell, x, lengths, state, reverse, mask)
    assert_close([outputs, *final], [expected, *expected_final])
    if x.requires_grad:
        assert_close(
            gradients(outputs, final, [x, *state, *cell.parameters()]),
            gradients(expected, expected_final, expected_inputs),
        )


@every_cell
@every_direction
@pytest.mark.parametrize("hidden", SIZES)
def test_outputs_states_and_gradients_equal_those_of_the_cell(kind, hidden, reverse):
    cell = make_cell(kind, hidden)
    x = torch.randn(len(LENGTHS), TIME, INPUT, requires_grad=True)
    check(cell, x, LENGTHS, make_state(cell, len(LENGTHS)), reverse)


@every_cell
@every_direction
def test_a_recurrent_mask_acts_as_in_the_cell(kind, reverse):
    cell = make_cell(kind, 19)
    x = torch.randn(len(LENGTHS), TIME, INPUT, requires_grad=True)
    mask = torch.bernoulli(torch.full((len(LENGTHS), 19), 0.6)) / 0.6
    check(cell, x, LENGTHS, make_state(cell, len(LENGTHS)), reverse, mask)


@every_cell
@every_direction
@pytest.mark.parametrize("training", [True, False])
def test_zoneout_acts_as_in_the_loop_of_float64(kind, reverse, training):
    cell, rows = make_cell(kind, 19), len(LENGTHS)
    x = torch.randn(rows, TIME, INPUT, requires_grad=True)
    state = make_state(cell, rows)
    mask = torch.bernoulli(torch.full((rows, 19), 0.6)) / 0.6
    zone = draw_zone(state, TIME, 0.3, training=training)
    outputs, final = ragged.ragged_forward(cell, x, LENGTHS, state, reverse, h_mask=mask, zone=zone)
    expected, expected_final, inputs = reference(cell, x, LENGTHS, state, reverse, mask, zone)
    assert_close([outputs, *final], [expected, *expected_final])
    assert_close(
        gradients(outputs, final, [x, *state, *cell.parameters()]),
        gradients(expected, expected_final, inputs),
    )


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(list(CELLS)),
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=21),
    spare=st.integers(0, 2),
    reverse=st.booleans(),
    threads=st.integers(1, 2),
)
def test_any_lengths(kind, lengths, spare, reverse, threads):
    cell = make_cell(kind, 6)
    x = torch.randn(len(lengths), max(lengths) + spare, INPUT, requires_grad=True)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        check(cell, x, torch.tensor(lengths), make_state(cell, len(lengths)), reverse)
    finally:
        torch.set_num_threads(before)


@every_cell
def test_gradients_equal_finite_differences(kind):
    cell = make_cell(kind, 7)
    x = torch.randn(3, 4, INPUT)
    state = make_state(cell, 3)
    lengths = torch.tensor([4, 1, 3])
    inputs = [x.requires_grad_(), *state, *cell.parameters()]

    def total():
        outputs, final = ragged.ragged_forward(cell, x, lengths, state, False)
        return (outputs**2).sum() + sum((part**2).sum() for part in final)

    slopes = torch.autograd.grad(total(), inputs)
    epsilon = 1e-2
    for tensor, slope in zip(inputs, slopes, strict=True):
        direction = torch.randn_like(tensor)
        direction /= direction.norm()
        with torch.no_grad():
            values = []
            for sign in (1, -1):
                tensor += sign * epsilon * direction
                values.append(total().double())
                tensor -= sign * epsilon * direction
        # A float32 sum near 10 is known to 1e-6, so the quotient to 1e-4; the curvature adds ε².
        torch.testing.assert_close(
            (values[0] - values[1]) / (2 * epsilon),
            (slope.double() * direction).sum(),
            atol=2e-3,
            rtol=2e-3,
        )


@every_cell
@every_direction
def test_what_stands_in_the_padding_has_no_effect(kind, reverse):
    cell = make_cell(kind, 17)
    x = torch.randn(len(LENGTHS), TIME, INPUT)
    padding = torch.arange(TIME) >= LENGTHS.unsqueeze(1)
    spoiled = x.masked_fill(padding.unsqueeze(-1), float("nan"))
    results = []
    for each in (x, spoiled):
        each.requires_grad_()
        outputs, final = ragged.ragged_forward(cell, each, LENGTHS, None, reverse)
        results.append([outputs, *final, *gradients(outputs, final, [each, *cell.parameters()])])
    for clean, dirty in zip(*results, strict=True):
        assert torch.equal(clean, dirty)
    outputs, d_x = results[1][0], results[1][len(cell.initial_state(1)) + 1]
    assert (outputs[padding] == 0).all()
    assert (d_x[padding] == 0).all()


@every_cell
def test_both_directions_in_one_call_equal_two_calls(kind):
    cells = [make_cell(kind, 20, seed) for seed in (1, 2)]
    x = torch.randn(len(LENGTHS), TIME, INPUT, requires_grad=True)
    states = [make_state(cell, len(LENGTHS)) for cell in cells]
    inputs = [x, *(p for cell in cells for p in cell.parameters()), *(p for state in states for p in state)]
    outputs, finals = ragged.ragged_directions(cells, x, LENGTHS, states, [False, True])
    alone = [
        ragged.ragged_forward(cell, x, LENGTHS, state, reverse)
        for cell, state, reverse in zip(cells, states, (False, True), strict=True)
    ]
    together = torch.cat([each for each, _ in alone], dim=-1)
    assert torch.equal(outputs, together)
    final, alone_final = [p for each in finals for p in each], [p for _, each in alone for p in each]
    assert_close(gradients(outputs, final, inputs), gradients(together, alone_final, inputs))


@every_cell
def test_without_gradients_the_numbers_are_the_same(kind):
    cell = make_cell(kind, 33)
    x = torch.randn(len(LENGTHS), TIME, INPUT)
    state = make_state(cell, len(LENGTHS))
    kept, kept_final = ragged.ragged_forward(cell, x, LENGTHS, state, False)
    with torch.no_grad():
        outputs, final = ragged.ragged_forward(cell, x, LENGTHS, state, False)
    assert not outputs.requires_grad
    assert kept.requires_grad
    for one, other in zip((outputs, *final), (kept, *kept_final), strict=True):
        assert torch.equal(one, other)


@every_cell
def test_one_and_two_threads_compute_the_same(kind):
    cell = make_cell(kind, 24)
    x = torch.randn(37, 30, INPUT, requires_grad=True)
    lengths = torch.randint(0, 31, (37,))
    results = []
    for threads in (1, 2):
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            outputs, final = ragged.ragged_forward(cell, x, lengths, None, True)
            results.append([outputs, *final, *gradients(outputs, final, [x, *cell.parameters()])])
        finally:
            torch.set_num_threads(before)
    # The kernels give the same bits; torch's large products may share out their sums differently.
    assert_close(*results)


@every_cell
@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (3, 4)], ids=["no rows", "no steps", "all rows empty"])
def test_with_nothing_to_read_the_state_and_its_gradient_pass_through(kind, shape):
    cell = make_cell(kind, 5)
    x = torch.randn(*shape, INPUT, requires_grad=True)
    state = make_state(cell, shape[0])
    lengths = torch.zeros(shape[0], dtype=torch.int64)
    outputs, final = ragged.ragged_forward(cell, x, lengths, state, False)
    assert outputs.shape == (*shape, 5)
    assert (outputs == 0).all()
    for before, after in zip(state, final, strict=True):
        assert torch.equal(before, after)
    d_x, d_h, *_ = torch.autograd.grad(final[0].sum() * 3, [x, *state], allow_unused=True)
    assert (d_x == 0).all()
    assert (d_h == 3).all()


@every_cell
def test_only_the_final_state_may_be_used(kind):
    cell = make_cell(kind, 9)
    x = torch.randn(4, 6, INPUT, requires_grad=True)
    lengths = torch.tensor([6, 2, 5, 1])
    outputs, final = ragged.ragged_forward(cell, x, lengths, None, False)
    last = outputs[torch.arange(4), lengths - 1]
    by_state = torch.autograd.grad((final[0] ** 2).sum(), [x, *cell.parameters()], retain_graph=True)
    by_outputs = torch.autograd.grad((last**2).sum(), [x, *cell.parameters()])
    assert_close(by_state, by_outputs)


@every_cell
def test_a_graph_that_is_kept_gives_the_same_gradients_again(kind):
    cell = make_cell(kind, 9)
    x = torch.randn(4, 6, INPUT, requires_grad=True)
    outputs, _ = ragged.ragged_forward(cell, x, torch.tensor([6, 2, 5, 1]), None, False)
    total = (outputs**2).sum()
    inputs = [x, *cell.parameters()]
    first = torch.autograd.grad(total, inputs, retain_graph=True)
    second = torch.autograd.grad(total, inputs)
    for one, other in zip(first, second, strict=True):
        assert torch.equal(one, other)


def test_tensors_in_any_layout():
    cell = make_cell("lstm", 9)
    x = torch.randn(6, 4, INPUT)
    lengths = torch.tensor([6, 2, 5, 1])
    across = x.transpose(0, 1).requires_grad_()
    straight = across.detach().contiguous().requires_grad_()
    results = []
    for each in (across, straight):
        outputs, _ = ragged.ragged_forward(cell, each, lengths, None, False)
        results.append(torch.autograd.grad(outputs.sum(), each)[0])  # sum: an expanded gradient
    assert torch.equal(*results)


def test_changing_a_weight_between_forward_and_backward_is_refused():
    cell = make_cell("gru", 4)
    outputs, _ = ragged.ragged_forward(cell, torch.randn(2, 3, INPUT), None, None, False)
    with torch.no_grad():
        cell.U.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        outputs.sum().backward()


def test_a_second_derivative_is_refused():
    cell = make_cell("gru", 4)
    x = torch.randn(2, 3, INPUT, requires_grad=True)
    outputs, _ = ragged.ragged_forward(cell, x, None, None, False)
    (slope,) = torch.autograd.grad((outputs**2).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        slope.sum().backward()


def test_not_a_number_in_a_real_step_shows():
    cell = make_cell("lstm", 4)
    x = torch.randn(2, 3, INPUT)
    x[1, 1, 0] = float("nan")
    outputs, _ = ragged.ragged_forward(cell, x, None, None, False)
    assert outputs[1, 1:].isnan().all()
    assert outputs[0].isfinite().all()


def test_which_inputs_the_kernels_take(monkeypatch):
    cell = make_cell("lstm", 4)
    x = torch.randn(2, 3, INPUT)
    assert ragged.can_run(cell, x)
    assert not ragged.can_run(cell.double(), x.double())
    assert not ragged.can_run(make_cell("lstm", 4), x.double())
    with torch.autocast("cpu", torch.bfloat16):
        assert not ragged.can_run(make_cell("lstm", 4), x)
    monkeypatch.setattr(library, "available", lambda kind: False)
    assert not ragged.can_run(make_cell("lstm", 4), x)


def test_where_torchs_own_operation_is_faster():
    lstm, gru = make_cell("lstm", 4), make_cell("gru", 4)
    assert not ragged.is_faster(lstm, None)
    assert not ragged.is_faster(lstm, torch.tensor([3, 3]))
    assert ragged.is_faster(lstm, torch.tensor([3, 3]), directions=2)
    assert ragged.is_faster(lstm, torch.tensor([3, 2]))
    assert ragged.is_faster(gru, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a | {"lengths": torch.tensor([4, 1])},
        lambda a: a | {"lengths": torch.tensor([-1, 1])},
        lambda a: a | {"lengths": torch.tensor([1])},
        lambda a: a | {"lengths": torch.tensor([1.0, 2.0])},
        lambda a: a | {"state": (torch.zeros(2, 5),) * 2},
        lambda a: a | {"state": (torch.zeros(2, 4).double(),) * 2},
        lambda a: a | {"h_mask": torch.ones(1, 4)},
        lambda a: a | {"cell": a["cell"].double(), "x": a["x"].double()},
    ],
    ids=["too long", "negative", "too few", "fractions", "state size", "state type", "mask", "float64"],
)
def test_what_does_not_fit_is_refused_before_memory_is_read(change):
    arguments = {"cell": make_cell("lstm", 4), "x": torch.randn(2, 3, INPUT), "lengths": None,
                 "state": None, "reverse": False}  # fmt: skip
    with pytest.raises(ShapeError, match="expected"):
        ragged.ragged_forward(**change(arguments))


def test_cells_of_different_sizes_are_refused():
    cells = [make_cell("lstm", 4), make_cell("lstm", 5)]
    with pytest.raises(ShapeError, match="one kind and size"):
        ragged.ragged_directions(cells, torch.randn(2, 3, INPUT), None, [None, None], [False, True])


def make_repeated(rows: int) -> Repeated:
    """Seven inputs that come again and again; padding points at one of them too."""
    places = torch.randint(0, 7, (rows, TIME))
    return Repeated(torch.randn(7, INPUT, requires_grad=True), places)


@every_cell
@every_direction
@pytest.mark.parametrize("hidden", [16, 19])
def test_repeated_inputs_give_what_their_steps_give(kind, hidden, reverse):
    cell = make_cell(kind, hidden)
    repeated = make_repeated(len(LENGTHS))
    state = make_state(cell, len(LENGTHS))
    outputs, final = ragged.ragged_forward(cell, repeated, LENGTHS, state, reverse)
    inputs64 = double(repeated.inputs)
    steps = Repeated(inputs64, repeated.places).steps()
    twin = type(cell)(INPUT, hidden).double()
    twin.load_state_dict({name: value.double() for name, value in cell.state_dict().items()})
    state64 = cell.make_state(*map(double, state))
    expected, expected_final = Recurrent(twin, reverse=reverse, path="loop")(steps, LENGTHS, state64)
    assert_close([outputs, *final], [expected, *expected_final])
    assert_close(
        gradients(outputs, final, [repeated.inputs, *state, *cell.parameters()]),
        gradients(expected, expected_final, [inputs64, *state64, *twin.parameters()]),
    )


@every_cell
def test_repeated_inputs_without_gradients_and_on_other_paths(kind):
    layer = Recurrent(make_cell(kind, 9), input_dropout=0.5)
    repeated = make_repeated(len(LENGTHS))
    expected, _ = layer.eval()(repeated.steps(), LENGTHS)
    with torch.no_grad():
        torch.testing.assert_close(layer(repeated, LENGTHS)[0], expected, atol=TOLERANCE, rtol=0)
    layer.path = "loop"
    torch.testing.assert_close(layer(repeated, LENGTHS)[0], expected, atol=TOLERANCE, rtol=0)
    layer.train()
    torch.manual_seed(0)
    dropped, _ = layer(repeated, LENGTHS)
    torch.manual_seed(0)
    torch.testing.assert_close(dropped, layer(repeated.steps(), LENGTHS)[0])
    assert not torch.equal(dropped, expected)


@pytest.mark.parametrize(
    ("places", "complaint"),
    [
        (torch.full((2, 3), 7), "0 to 6, one of the inputs, got 7 to 7"),
        (torch.full((2, 3), -1), "got -1 to -1"),
        (torch.zeros(2, 3), "torch.int64"),
        (torch.zeros(3, dtype=torch.int64), "torch.int64"),
    ],
    ids=["beyond", "negative", "fractions", "one axis"],
)
def test_places_without_an_input_are_refused(places, complaint):
    with pytest.raises(ShapeError, match=complaint):
        ragged.ragged_forward(make_cell("gru", 4), Repeated(torch.randn(7, INPUT), places), None, None, False)
