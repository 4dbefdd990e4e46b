import numpy as np
import pytest
import torch

from hiddenstate.errors import ShapeError
from hiddenstate.tasks.losses import LOSSES, absolute, pinball, pinball_with_point, squared

LEVELS = (0.1, 0.5, 0.9)


def test_pinball_weighs_errors_by_their_level():
    outputs = torch.tensor([[[[1.0, 2.0, 6.0]]]])
    truth = torch.tensor([[[4.0]]])
    by_hand = (0.1 * 3 + 0.5 * 2 + 0.1 * 2) / 3
    assert pinball(outputs, truth, LEVELS).item() == pytest.approx(by_hand)


def test_pinball_is_smallest_at_the_quantile():
    values = torch.arange(1.0, 101.0).view(100, 1, 1)
    losses = [pinball(torch.full((100, 1, 1, 1), c + 0.5), values, (0.9,)).item() for c in range(100)]
    assert np.argmin(losses) == 90  # between the 90th and the 91st value


def test_the_point_forecast_counts_once_more():
    outputs, truth = torch.randn(2, 3, 1, 3), torch.randn(2, 3, 1)
    expected = pinball(outputs, truth, LEVELS) + (truth - outputs[..., 1]).abs().mean()
    torch.testing.assert_close(pinball_with_point(outputs, truth, LEVELS), expected)


def test_absolute_and_squared_error():
    outputs, truth = torch.tensor([[[[1.0]], [[5.0]]]]), torch.tensor([[[3.0], [1.0]]])
    assert absolute(outputs, truth, (0.5,)).item() == 3.0
    assert squared(outputs, truth, (0.5,)).item() == 10.0


@pytest.mark.parametrize("name", LOSSES)
def test_unknown_truth_counts_neither_in_the_loss_nor_in_the_gradient(name):
    torch.manual_seed(0)
    outputs, truth = torch.randn(4, 3, 2, 3, requires_grad=True), torch.randn(4, 3, 2)
    truth[1, 2, 0] = truth[3] = float("nan")
    loss = LOSSES[name](outputs, truth, LEVELS)
    loss.backward()
    known = torch.isfinite(truth)
    torch.testing.assert_close(
        loss.detach(),
        LOSSES[name](outputs[known][:, None, None], truth[known][:, None, None], LEVELS).detach(),
    )
    assert torch.isfinite(outputs.grad).all()
    assert (outputs.grad[~known] == 0).all()
    assert (outputs.grad[known] != 0).any()


@pytest.mark.parametrize("name", LOSSES)
def test_without_any_truth_the_loss_is_zero(name):
    outputs = torch.randn(2, 3, 1, 3, requires_grad=True)
    loss = LOSSES[name](outputs, torch.full((2, 3, 1), float("nan")), LEVELS)
    loss.backward()
    assert loss.item() == 0.0
    assert (outputs.grad == 0).all()


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="expected outputs of shape"):
        pinball(torch.zeros(2, 3, 3), torch.zeros(2, 3, 1), LEVELS)
