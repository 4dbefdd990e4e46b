import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from hiddenstate.attention import AdditiveScore, Attention, GeneralScore, PerStepScore, attend, masked_softmax
from hiddenstate.errors import SettingsError, ShapeError

scores_and_masks = array_shapes(min_dims=2, max_dims=2, max_side=6).flatmap(
    lambda shape: st.tuples(
        arrays("float64", shape, elements=st.floats(-1e300, 1e300)), arrays("bool", shape)
    )
)


@settings(deadline=None)  # the first call waits for torch to load its kernels
@given(scores_and_masks)
def test_weights_sum_to_one_over_valid_steps_and_are_zero_elsewhere(pair: tuple) -> None:
    scores, mask = (torch.from_numpy(part) for part in pair)
    scores.requires_grad_()
    weights = masked_softmax(scores, mask)
    assert not weights[~mask].any()
    assert (weights >= 0).all()
    # A sum of at most 6 rounded float64 shares.
    torch.testing.assert_close(weights.sum(1), mask.any(1).double(), rtol=0, atol=1e-14)
    (weights * torch.arange(1.0, weights.shape[1] + 1)).sum().backward()
    assert torch.isfinite(scores.grad).all()
    assert not scores.grad[~mask].any()


@settings(deadline=None)  # the first call waits for torch to load its kernels
@given(scores_and_masks)
def test_a_masked_row_weighs_as_if_its_invalid_steps_were_cut_out(pair: tuple) -> None:
    scores, mask = (torch.from_numpy(part) for part in pair)
    weights = masked_softmax(scores, mask)
    for row, valid, found in zip(scores, mask, weights, strict=True):
        torch.testing.assert_close(found[valid], torch.softmax(row[valid], dim=0), rtol=0, atol=1e-15)


def test_the_context_is_the_weighted_sum_of_the_values() -> None:
    scores = torch.tensor([[[0.0, 0.0, 5.0]], [[1.0, 1.0, 1.0]]])
    values = torch.tensor([[[2.0], [4.0], [100.0]], [[3.0], [6.0], [9.0]]])
    context, weights = attend(scores, values, torch.tensor([[True, True, False], [True, True, True]]))
    torch.testing.assert_close(weights, torch.tensor([[[0.5, 0.5, 0.0]], [[1 / 3, 1 / 3, 1 / 3]]]))
    torch.testing.assert_close(context, torch.tensor([[[3.0]], [[6.0]]]))


def test_a_row_with_nothing_valid_gives_zeros_and_never_nan() -> None:
    scores = torch.randn(2, 3, 4, requires_grad=True)
    values = torch.randn(2, 4, 5, requires_grad=True)
    with torch.autograd.set_detect_anomaly(True):  # no NaN on the way either
        context, weights = attend(scores, values, torch.tensor([[False] * 4, [True] * 4]))
        context.square().sum().backward()
    assert not context[0].any()
    assert not weights[0].any()
    assert scores.grad is not None
    assert values.grad is not None
    assert not scores.grad[0].any()
    assert not values.grad[0].any()
    assert torch.isfinite(scores.grad).all()
    assert values.grad[1].all()


@pytest.mark.parametrize("garbage", [float("nan"), float("inf"), 1e30])
def test_what_stands_at_masked_steps_has_no_effect(garbage: float) -> None:
    attention = Attention(AdditiveScore(4, 3))
    queries, lengths = torch.randn(3, 2, 3), torch.tensor([2, 0, 5])
    mask = torch.arange(5) < lengths.unsqueeze(1)
    clean = torch.randn(3, 5, 4)
    results = []
    for filling in (0.0, garbage):
        keys = clean.masked_fill(~mask.unsqueeze(-1), filling).requires_grad_()
        context, weights = attention(keys, queries, mask)
        gradients = torch.autograd.grad(context.square().sum(), [keys, *attention.parameters()])
        results.append([context, weights, *gradients])
    for before, after in zip(*results, strict=True):
        assert torch.equal(before, after)


def test_each_query_gets_its_own_weights() -> None:
    attention = Attention(GeneralScore(4, 3))
    keys, queries = torch.randn(2, 5, 4), torch.randn(2, 6, 3)
    context, weights = attention(keys, queries)
    assert (context.shape, weights.shape) == ((2, 6, 4), (2, 6, 5))
    alone, alone_weights = attention(keys, queries[:, 2:3])
    torch.testing.assert_close(context[:, 2:3], alone)
    torch.testing.assert_close(weights[:, 2:3], alone_weights)
    assert attention.label == "General attention"


def test_a_score_without_queries_is_refused() -> None:
    with pytest.raises(SettingsError, match="expected one that takes queries, got per-step"):
        Attention(PerStepScore(4, 5))


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(2, 4, dtype=torch.bool), r"shape \(2, 5\), got torch.bool of shape \(2, 4\)"),
        (torch.ones(2, 5), r"truth values of shape \(2, 5\), got torch.float32"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(mask: torch.Tensor, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        Attention(GeneralScore(4, 3))(torch.zeros(2, 5, 4), torch.zeros(2, 1, 3), mask)


@pytest.mark.parametrize("values", [(2, 4, 3), (3, 5, 3), (2, 5)])
def test_values_that_do_not_fit_the_scores_are_refused(values: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"expected scores \(batch, queries, time\)"):
        attend(torch.zeros(2, 1, 5), torch.zeros(values))
