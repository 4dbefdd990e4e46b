from typing import Any

import pytest
import torch

from hiddenstate.attention import POOLS
from hiddenstate.errors import SettingsError
from hiddenstate.layers import Stacked
from hiddenstate.models.many_to_one import ManyToOne

every_pool = pytest.mark.parametrize("pool", POOLS)


def make_model(pool: str, bidirectional: bool = False) -> ManyToOne:
    torch.manual_seed(8)
    recurrent = Stacked("lstm", 3, hidden_size=4, bidirectional=bidirectional)
    return ManyToOne(recurrent, pool=pool, output_size=2, time_steps=6).double()


@every_pool
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_padded_batch_equals_its_rows_one_by_one(pool: str, bidirectional: bool) -> None:
    model, lengths = make_model(pool, bidirectional), torch.tensor([6, 2, 0, 3])
    x = torch.randn(4, 6, 3, dtype=torch.float64)
    values, weights = model(x, lengths)
    assert (values.shape, weights.shape) == ((4, 2), (4, 6))
    for row, length in enumerate(lengths.tolist()):
        alone, alone_weights = model(x[row : row + 1, :length])
        # The same float64 sums, blocked differently.
        torch.testing.assert_close(values[row], alone[0], rtol=0, atol=1e-13)
        torch.testing.assert_close(weights[row, :length], alone_weights[0], rtol=0, atol=1e-13)
        assert not weights[row, length:].any()


@every_pool
def test_every_parameter_learns(pool: str) -> None:
    model = make_model(pool)
    model(torch.randn(4, 6, 3, dtype=torch.float64)).values.square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.any(), name


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_last_step_is_the_final_hidden_state(bidirectional: bool) -> None:
    model, lengths = make_model("last", bidirectional), torch.tensor([5, 1])
    x = torch.randn(2, 6, 3, dtype=torch.float64)
    _, (state,) = model.recurrent(x, lengths)
    h = torch.cat([state.forward.h, state.backward.h], dim=-1) if bidirectional else state.h
    assert torch.equal(model(x, lengths).values, model.head(h))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool": "lats"}, 'expected a pool, got "lats". Did you mean "last"'),
        ({"pool": "per_step"}, "time_steps: expected the longest length"),
        ({"output_size": 0}, "output_size: expected at least 1, got 0"),
    ],
)
def test_settings_that_make_no_model_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        ManyToOne(Stacked("gru", 3, hidden_size=4), **({"pool": "mean", "output_size": 2} | options))
