import numpy as np
import pytest
import torch
from torch import nn

from hiddenstate.errors import ShapeError
from hiddenstate.inspection import Names, evidence


class Late(nn.Module):
    """Somebody else's module: a torch layer of which only the first column counts, with dropout."""

    def __init__(self):
        super().__init__()
        self.layer = nn.LSTM(2, 4, batch_first=True, num_layers=2, dropout=0.5)
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        return self.head(self.layer(x * torch.tensor([1.0, 0.0]))[0][:, -1]).squeeze(-1)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Late().eval()


def test_a_column_that_does_not_count_gets_nothing(model):
    x = 3 * torch.randn(30, 2)
    found = evidence(model, x, Names("answer", ("used", "unused")))
    assert abs(found.integrated.gap) < 1e-3
    np.testing.assert_allclose(found.integrated.by_column()[1], 0.0, atol=1e-9)
    np.testing.assert_allclose(found.occlusion.by_column()[1], 0.0, atol=1e-7)
    assert abs(found.integrated.by_column()[0]) > 1e-3
    assert found.integrated.values.shape == found.occlusion.values.shape == (30, 2)
    assert found.integrated.places[:2] == ("1", "2")
    assert found.faithfulness[0].believable
    assert found.attention is None


def test_leaving_a_step_out_is_putting_the_baseline_there(model):
    x, baseline = torch.randn(5, 2), torch.full((5, 2), 0.5)
    found = evidence(model, x, Names("answer", ("a", "b")), baseline=baseline)
    changed = x.clone()
    changed[3, 0] = 0.5
    with torch.no_grad():
        expected = float(model(x[None]) - model(changed[None]))
    assert found.occlusion.values[3, 0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("steps", [1, 2])
def test_short_inputs(model, steps):
    found = evidence(model, torch.randn(steps, 2), Names("answer", ("a", "b")))
    assert found.integrated.values.shape == (steps, 2)
    assert abs(found.integrated.gap) < 1e-3


def test_no_step_at_all():
    found = evidence(lambda x: x.sum(dim=(1, 2)) + 1.0, torch.zeros(0, 2), Names("answer", ("a", "b")))
    assert found.integrated.values.shape == (0, 2)
    assert found.integrated.output_value == 1.0
    assert np.isnan(found.faithfulness[0].score)


def test_names_must_fit(model):
    with pytest.raises(ShapeError, match=r"expected shape \(time, 1\) for the columns a, got \(4, 2\)"):
        evidence(model, torch.zeros(4, 2), Names("answer", ("a",)))
    with pytest.raises(ShapeError, match="places: expected 4, one for each step, got 1"):
        evidence(model, torch.zeros(4, 2), Names("answer", ("a", "b"), places=("now",)))
