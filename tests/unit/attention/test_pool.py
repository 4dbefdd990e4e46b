import pytest
import torch
from torch import Tensor

from hiddenstate.attention import POOLS, SCORES, AttentionPool, GeneralScore, LastStep, Pool, PoolSizes
from hiddenstate.cells import GRUCell
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers import Bidirectional, valid_steps

FEATURES, TIME = 6, 5
LENGTHS = torch.tensor([2, 0, 5, 1])

every_pool = pytest.mark.parametrize("name", POOLS)


def make_pool(name: str) -> Pool:
    torch.manual_seed(4)
    return POOLS[name](PoolSizes(FEATURES, backward=2, time_steps=TIME)).double()


def make_values() -> Tensor:
    return torch.randn(4, TIME, FEATURES, dtype=torch.float64, generator=torch.Generator().manual_seed(6))


def test_every_score_pools() -> None:
    assert SCORES.keys() <= POOLS.keys()


@every_pool
def test_weights_are_shares_that_sum_to_one_over_valid_steps(name: str) -> None:
    mask = valid_steps(LENGTHS, TIME)
    context, weights = make_pool(name)(make_values(), mask)
    assert context.shape == (4, FEATURES)
    assert not weights[~mask].any()
    assert (weights >= 0).all()
    # A sum of at most 6 rounded float64 shares.
    torch.testing.assert_close(weights.sum(1), (LENGTHS > 0).double(), rtol=0, atol=1e-14)
    assert not context[1].any()


@every_pool
def test_a_batch_with_padding_equals_its_rows_one_by_one(name: str) -> None:
    pool, values = make_pool(name), make_values()
    context, weights = pool(values, valid_steps(LENGTHS, TIME))
    for row, length in enumerate(LENGTHS.tolist()):
        alone, alone_weights = pool(values[row : row + 1, :length])
        # The same float64 sums, blocked differently.
        torch.testing.assert_close(context[row], alone[0], rtol=0, atol=1e-14)
        torch.testing.assert_close(weights[row, :length], alone_weights[0], rtol=0, atol=1e-14)


@every_pool
@pytest.mark.parametrize("garbage", [float("nan"), float("inf"), 1e30])
def test_padding_has_no_effect(name: str, garbage: float) -> None:
    pool, mask = make_pool(name), valid_steps(LENGTHS, TIME)
    results = []
    for filling in (0.0, garbage):
        values = make_values().masked_fill(~mask.unsqueeze(-1), filling).requires_grad_()
        context, weights = pool(values, mask)
        gradients = torch.autograd.grad(context.square().sum(), [values, *pool.parameters()])
        assert all(torch.isfinite(gradient).all() for gradient in gradients)
        results.append([context, weights, *gradients])
    for clean, dirty in zip(*results, strict=True):
        assert torch.equal(clean, dirty)


@every_pool
def test_gradients_agree_with_finite_differences(name: str) -> None:
    pool, mask = make_pool(name), valid_steps(LENGTHS, TIME)
    values = make_values().requires_grad_()

    def run(values: Tensor, *_: Tensor) -> Tensor:
        return pool(values, mask)[0]

    assert torch.autograd.gradcheck(run, (values, *pool.parameters()))


@pytest.mark.parametrize("name", ["mean", "additive", "dot", "general", "per_step"])
def test_the_context_is_the_weighted_sum_of_the_steps(name: str) -> None:
    values = make_values()
    context, weights = make_pool(name)(values, valid_steps(LENGTHS, TIME))
    torch.testing.assert_close(context, torch.einsum("bt,btf->bf", weights, values), rtol=0, atol=1e-14)


def test_the_mean_and_the_maximum_are_taken_over_valid_steps() -> None:
    values, mask = make_values() - 10.0, valid_steps(LENGTHS, TIME)  # below zero: padding would win a maximum
    torch.testing.assert_close(make_pool("mean")(values, mask).context[0], values[0, :2].mean(0))
    assert torch.equal(make_pool("max")(values, mask).context[0], values[0, :2].amax(0))


def test_the_maximums_weight_counts_the_features_that_are_greatest_at_a_step() -> None:
    values = torch.tensor([[[5.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 3.0]]])
    torch.testing.assert_close(make_pool("max")(values).weights, torch.tensor([[0.25, 0.75]]))


def test_the_last_step_of_each_direction() -> None:
    layer = Bidirectional(GRUCell(3, 4), GRUCell(3, 4))
    lengths = torch.tensor([2, 5, 1])
    outputs, states = layer(torch.randn(3, 5, 3), lengths)
    context, weights = LastStep(backward_size=4)(outputs, valid_steps(lengths, 5))
    assert torch.equal(context, torch.cat([states.forward.h, states.backward.h], dim=-1))
    expected = torch.tensor([[0.5, 0.5, 0, 0, 0], [0.5, 0, 0, 0, 0.5], [1.0, 0, 0, 0, 0]])
    assert torch.equal(weights, expected)


def test_a_learned_query_gets_a_gradient_and_decides_the_weights() -> None:
    pool, values = AttentionPool(GeneralScore(FEATURES, 3)), torch.randn(2, TIME, FEATURES)
    before = pool(values).weights
    assert pool.query is not None
    pool(values).context.square().sum().backward()
    assert pool.query.grad is not None
    assert pool.query.grad.all()
    with torch.no_grad():
        pool.query.neg_()
    assert not torch.allclose(pool(values).weights, before)


def test_per_step_attention_needs_the_longest_length() -> None:
    with pytest.raises(SettingsError, match="time_steps: expected the longest length for per-step attention"):
        POOLS["per_step"](PoolSizes(FEATURES))


@every_pool
def test_a_mask_that_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(ShapeError, match=r"mask: expected truth values of shape \(4, 5\)"):
        make_pool(name)(make_values(), torch.ones(4, 4, dtype=torch.bool))
