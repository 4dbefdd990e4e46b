import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from hiddenstate.errors import InspectionError, ShapeError
from hiddenstate.inspection.integrated import integrate
from hiddenstate.layers import Stacked


def gap(found):
    return float(found.shares.sum()) - (found.output - found.baseline)


def test_a_linear_output_gives_each_input_its_own_term():
    weights = torch.tensor([[1.0, -2.0], [0.5, 3.0]])
    x = torch.tensor([[2.0, 1.0], [4.0, -1.0]])
    found = integrate(lambda rows: (rows * weights).sum(dim=(1, 2)), x, torch.ones(2, 2))
    torch.testing.assert_close(found.shares, (weights * (x - 1)).double())
    assert found.unresolved == 0


def test_a_product_is_shared_equally():
    found = integrate(lambda rows: rows[:, 0] * rows[:, 1], torch.tensor([2.0, 2.0]), torch.zeros(2))
    torch.testing.assert_close(found.shares, torch.tensor([2.0, 2.0]).double())


@given(
    seed=some.integers(0, 1000), steps=some.integers(1, 40), cell=some.sampled_from(["rnn", "lstm", "gru"])
)
def test_shares_of_a_recurrent_network_are_complete(seed, steps, cell):
    torch.manual_seed(seed)
    layer = Stacked(cell, 3, hidden_size=4)
    x, baseline = 4 * torch.randn(steps, 3), torch.randn(steps, 3)
    found = integrate(lambda rows: layer(rows)[0][:, -1].sum(dim=1).relu(), x, baseline)
    assert abs(gap(found)) < 1e-3
    assert found.unresolved < 1e-3


def test_kinks_get_the_points_that_they_need():
    smooth = integrate(lambda rows: rows.sum(dim=1), torch.ones(4), torch.zeros(4))
    kinked = integrate(lambda rows: (20 * rows - 7.3).relu().amax(dim=1), torch.ones(4), torch.zeros(4))
    assert abs(gap(kinked)) < 1e-4
    assert kinked.points > 2 * smooth.points


def test_a_jump_is_shared_out_by_size_and_counted():
    def jump(rows):
        return rows[:, 0] + 3.0 * (rows[:, 0] > 0.3).float() + 0.0 * rows[:, 1]

    found = integrate(jump, torch.ones(2), torch.zeros(2))
    assert abs(gap(found)) < 1e-3
    assert found.unresolved == pytest.approx(3.0, abs=1e-3)
    np.testing.assert_allclose(found.shares, [4.0, 0.0], atol=1e-3)


def test_the_points_run_out_and_the_sum_is_right_all_the_same():
    def wild(rows):
        return torch.sin(300 * rows).sum(dim=1)

    found = integrate(wild, torch.ones(2), torch.zeros(2), most_points=64)
    assert found.points <= 64
    assert found.unresolved > 0.1
    assert abs(gap(found)) < 1e-6


def test_nothing_to_go_from_or_to():
    same = integrate(lambda rows: rows.sum(dim=1), torch.ones(3), torch.ones(3))
    assert (same.points, float(same.shares.abs().sum())) == (0, 0.0)
    empty = integrate(lambda rows: rows.sum(dim=(1, 2)) + 2, torch.ones(0, 3), torch.ones(0, 3))
    assert (empty.output, empty.shares.shape) == (2.0, (0, 3))


def test_weights_and_their_gradients_are_left_alone():
    layer = Stacked("gru", 2, hidden_size=3)
    integrate(lambda rows: layer(rows)[0].sum(dim=(1, 2)), torch.ones(4, 2), torch.zeros(4, 2))
    assert all(parameter.grad is None for parameter in layer.parameters())


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (lambda rows: rows, r"one finite number for each of 9 rows, got shape \(9, 2\)"),
        (lambda rows: rows.sum(dim=1) / 0, "one finite number"),
        (lambda rows: torch.zeros(len(rows)), "depends on the input"),
    ],
)
def test_an_output_that_cannot_be_explained_is_refused(output, message):
    with pytest.raises(InspectionError, match=message):
        integrate(output, torch.ones(2), torch.zeros(2))


def test_a_baseline_of_another_shape_is_refused():
    with pytest.raises(ShapeError, match=r"baseline: expected the shape \(2,\) of the input, got \(3,\)"):
        integrate(lambda rows: rows.sum(dim=1), torch.ones(2), torch.zeros(3))
