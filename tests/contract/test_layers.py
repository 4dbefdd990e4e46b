"""Every cell, in every direction, on both paths, goes through one checklist."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hiddenstate.cells import CELLS, Cell
from hiddenstate.layers import Bidirectional, Path, Recurrent

BATCH, TIME, INPUT, HIDDEN = 4, 6, 3, 5
DIRECTIONS = ("forwards", "backwards", "both")
PATHS: tuple[Path, ...] = ("loop", "fused")

LENGTHS = {
    "no lengths": None,
    "all steps": torch.tensor([6, 6, 6, 6]),
    "equal and shorter": torch.tensor([4, 4, 4, 4]),
    "unequal": torch.tensor([2, 6, 1, 4]),
    "an empty row": torch.tensor([3, 0, 5, 1]),
    "all but one empty": torch.tensor([0, 0, 4, 0]),
    "all empty": torch.tensor([0, 0, 0, 0]),
}

every_cell = pytest.mark.parametrize("name", CELLS)
every_direction = pytest.mark.parametrize("direction", DIRECTIONS)
every_path = pytest.mark.parametrize("path", PATHS)
every_length = pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS.keys())

Layer = Recurrent | Bidirectional


def make_layer(name: str, direction: str, path: Path, dtype: torch.dtype = torch.float64) -> Layer:
    """The same random parameters whatever the path; every bias differs from zero."""
    torch.manual_seed(11)
    if path == "fused" and not CELLS[name].has_torch_twin:
        path = "auto"  # our kernels for float32, else the loop

    def cell() -> Cell[Any, Any]:
        made = CELLS[name](INPUT, HIDDEN)
        for parameter in made.parameters():
            nn.init.normal_(parameter, std=0.6)
        return made

    if direction == "both":
        return Bidirectional(cell(), cell(), path=path).to(dtype)
    return Recurrent(cell(), reverse=direction == "backwards", path=path).to(dtype)


def make_input(dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(BATCH, TIME, INPUT, generator=torch.Generator().manual_seed(3), dtype=dtype)


def flat(state: Any) -> list[Tensor]:
    """Every tensor of a nested state."""
    if isinstance(state, Tensor):
        return [state]
    return [tensor for part in state for tensor in flat(part)]


def random_state(layer: Layer, batch: int = BATCH) -> Any:
    """A state that is not zero, so that one that is lost shows."""
    torch.manual_seed(5)

    def of(cell: Cell[Any, Any]) -> Any:
        return cell.make_state(*(0.5 * torch.randn_like(part) for part in cell.initial_state(batch)))

    if isinstance(layer, Bidirectional):
        return (of(layer.forwards.cell), of(layer.backwards.cell))
    return of(layer.cell)


def rows(state: Any, pick: slice) -> Any:
    """The same nested state with some rows only."""
    if isinstance(state, Tensor):
        return state[pick]
    return tuple(rows(part, pick) for part in state)


def run_with_gradients(layer: Layer, lengths: Tensor | None, dtype: torch.dtype) -> dict[str, Tensor]:
    """Outputs, final states, and the gradients of all that goes in, for a loss that weighs each number."""
    x = make_input(dtype).requires_grad_()
    state = random_state(layer)
    for part in flat(state):
        part.requires_grad_()
    outputs, final = layer(x, lengths, state)
    torch.manual_seed(9)
    # randn_like would follow the strides, which differ between the paths.
    loss = sum((torch.randn(part.shape, dtype=dtype) * part).sum() for part in [outputs, *flat(final)])
    wanted = [x, *flat(state), *layer.parameters()]
    gradients = torch.autograd.grad(loss, wanted, materialize_grads=True)
    values = [outputs, *flat(final), *gradients]
    names = ["outputs", *(f"final {n}" for n in range(len(flat(final))))]
    names += ["d x", *(f"d state {n}" for n in range(len(flat(state))))]
    names += [f"d {name}" for name, _ in layer.named_parameters()]
    return dict(zip(names, (value.detach() for value in values), strict=True))


@every_cell
@every_direction
@every_path
def test_gradients_agree_with_finite_differences(name: str, direction: str, path: Path) -> None:
    layer = make_layer(name, direction, path)
    lengths = torch.tensor([2, 0, 3])
    x = torch.randn(3, 3, INPUT, dtype=torch.float64, requires_grad=True)
    state = random_state(layer, batch=3)
    parts = [part.requires_grad_() for part in flat(state)]

    def run(x: Tensor, *_: Tensor) -> tuple[Tensor, ...]:
        outputs, final = layer(x, lengths, state)
        return (outputs, *flat(final))

    assert torch.autograd.gradcheck(run, (x, *parts, *layer.parameters()), fast_mode=True)


@every_cell
@every_direction
@every_length
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_the_loop_equals_the_fused_path(
    name: str, direction: str, lengths: Tensor | None, dtype: torch.dtype
) -> None:
    loop = run_with_gradients(make_layer(name, direction, "loop", dtype), lengths, dtype)
    fused = run_with_gradients(make_layer(name, direction, "fused", dtype), lengths, dtype)
    # Sums of up to TIME x BATCH terms of size 1 in another order: some tens of rounding errors.
    atol = 1e-12 if dtype == torch.float64 else 2e-5
    for what, value in loop.items():
        torch.testing.assert_close(
            fused[what], value, rtol=0, atol=atol, msg=lambda m, what=what: f"{what}: {m}"
        )


@every_cell
@every_direction
@every_path
@every_length
def test_a_batch_equals_its_rows_one_by_one(
    name: str, direction: str, path: Path, lengths: Tensor | None
) -> None:
    layer, x = make_layer(name, direction, path), make_input()
    state = random_state(layer)
    outputs, final = layer(x, lengths, state)
    for row in range(BATCH):
        own_length = TIME if lengths is None else int(lengths[row])
        pick = slice(row, row + 1)
        alone, alone_final = layer(x[pick, :own_length], None, rows(state, pick))
        # float64 products in another blocking.
        torch.testing.assert_close(outputs[pick, :own_length], alone, rtol=0, atol=1e-13)
        assert not outputs[row, own_length:].any()
        for whole, single in zip(flat(final), flat(alone_final), strict=True):
            torch.testing.assert_close(whole[pick], single, rtol=0, atol=1e-13)


@every_cell
@every_direction
@every_path
@pytest.mark.parametrize("garbage", [1e30, float("nan")])
@pytest.mark.parametrize(
    "lengths", [LENGTHS["an empty row"], LENGTHS["equal and shorter"]], ids=["unequal", "equal"]
)
def test_padding_has_no_effect(
    name: str, direction: str, path: Path, lengths: Tensor, garbage: float
) -> None:
    layer = make_layer(name, direction, path)
    padding = torch.arange(TIME) >= lengths.unsqueeze(1)
    results = []
    for filling in (0.0, garbage):
        x = make_input()
        x[padding] = filling
        x.requires_grad_()
        outputs, final = layer(x, lengths)
        loss = outputs.square().sum() + sum(part.square().sum() for part in flat(final))
        gradients = torch.autograd.grad(loss, [x, *layer.parameters()])
        assert not gradients[0][padding].any()
        results.append([outputs, *flat(final), *gradients])
    for clean, dirty in zip(*results, strict=True):
        assert torch.equal(clean, dirty)


@every_cell
@every_direction
@every_path
def test_an_empty_row_returns_its_initial_state_and_zeros(name: str, direction: str, path: Path) -> None:
    layer, x = make_layer(name, direction, path), make_input()
    state = random_state(layer)
    outputs, final = layer(x, torch.tensor([0, 3, 0, 6]), state)
    assert not outputs[[0, 2]].any()
    for before, after in zip(flat(state), flat(final), strict=True):
        assert torch.equal(before[[0, 2]], after[[0, 2]])
        assert not torch.equal(before[1], after[1])


@every_cell
@pytest.mark.parametrize("direction", ["forwards", "backwards"])
@every_path
@every_length
def test_two_halves_with_the_state_carried_over_equal_the_whole(
    name: str, direction: str, path: Path, lengths: Tensor | None
) -> None:
    layer, x, cut = make_layer(name, direction, path), make_input(), 2
    whole, final = layer(x, lengths)
    early = None if lengths is None else lengths.clamp(max=cut)
    late = None if lengths is None else (lengths - cut).clamp(min=0)
    state, halves = None, {}
    order = [("early", x[:, :cut], early), ("late", x[:, cut:], late)]
    for half, part, own in order if direction == "forwards" else reversed(order):
        halves[half], state = layer(part, own, state)
    joined = torch.cat([halves["early"], halves["late"]], dim=1)
    # The same steps in the same order; only the products are blocked differently.
    torch.testing.assert_close(joined, whole, rtol=0, atol=1e-13)
    for carried, direct in zip(flat(state), flat(final), strict=True):
        torch.testing.assert_close(carried, direct, rtol=0, atol=1e-13)


@every_cell
@every_direction
@every_path
@pytest.mark.parametrize(("batch", "time"), [(0, 4), (2, 0), (0, 0)])
def test_no_rows_and_no_steps_are_fine(name: str, direction: str, path: Path, batch: int, time: int) -> None:
    layer = make_layer(name, direction, path)
    state = random_state(layer, batch)
    for lengths in (None, torch.zeros(batch, dtype=torch.int64)):
        outputs, final = layer(torch.zeros(batch, time, INPUT, dtype=torch.float64), lengths, state)
        assert outputs.shape == (batch, time, layer.output_size)
        for before, after in zip(flat(state), flat(final), strict=True):
            assert torch.equal(before, after)


@every_cell
@every_direction
@every_path
@every_length
def test_inference_equals_training(name: str, direction: str, path: Path, lengths: Tensor | None) -> None:
    layer, x = make_layer(name, direction, path, torch.float32), make_input(torch.float32)
    trained, _ = layer(x, lengths)
    with torch.no_grad():
        inferred, _ = layer.eval()(x, lengths)
    # Another kernel may run where nothing is kept for a backward pass; float32 rounding over 6 steps.
    torch.testing.assert_close(inferred, trained.detach(), rtol=0, atol=1e-6)


@every_cell
@every_direction
@every_path
def test_gradients_flow_in_eval_mode(name: str, direction: str, path: Path) -> None:
    layer = make_layer(name, direction, path).eval()
    x = make_input().requires_grad_()
    outputs, _ = layer(x, LENGTHS["unequal"])
    outputs.sum().backward()
    assert x.grad is not None
    assert x.grad[0, 0].all()
