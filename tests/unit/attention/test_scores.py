import math

import pytest
import torch
from torch import Tensor

from hiddenstate.attention import SCORES, AdditiveScore, DotScore, GeneralScore, PerStepScore, Score
from hiddenstate.errors import SettingsError, ShapeError

BATCH, QUERIES, TIME, KEY, QUERY = 2, 3, 5, 4, 6


def by_hand(score: Score, q: Tensor, k: Tensor) -> Tensor:
    """One query and one key, as the papers write it."""
    if isinstance(score, AdditiveScore):
        return score.v @ torch.tanh(score.W @ q + score.U @ k)
    if isinstance(score, GeneralScore):
        return q @ (score.W @ k)
    return q @ k / math.sqrt(KEY)


@pytest.mark.parametrize(
    "score",
    [
        AdditiveScore(KEY, QUERY),
        AdditiveScore(KEY, QUERY, hidden_size=7),
        GeneralScore(KEY, QUERY),
        DotScore(KEY, KEY),
    ],
    ids=["additive", "additive, other hidden size", "general", "dot"],
)
def test_every_pair_is_scored_as_the_paper_writes_it(score: Score) -> None:
    score = score.double()
    keys = torch.randn(BATCH, TIME, KEY, dtype=torch.float64)
    queries = torch.randn(BATCH, QUERIES, score.query_size or 0, dtype=torch.float64)
    scores = score(keys, queries)
    assert scores.shape == (BATCH, QUERIES, TIME)
    for b in range(BATCH):
        for q in range(QUERIES):
            for t in range(TIME):
                # The same float64 sum in another order.
                expected = by_hand(score, queries[b, q], keys[b, t])
                torch.testing.assert_close(scores[b, q, t], expected, rtol=0, atol=1e-13)


def test_the_dot_score_without_scale_is_luongs() -> None:
    keys, queries = torch.randn(BATCH, TIME, KEY), torch.randn(BATCH, QUERIES, KEY)
    scores = DotScore(KEY, KEY, scaled=False)(keys, queries)
    torch.testing.assert_close(scores[1, 2, 3], queries[1, 2] @ keys[1, 3])


def test_the_per_step_score_by_hand() -> None:
    score = PerStepScore(2, time_steps=3)
    with torch.no_grad():
        score.w.copy_(torch.tensor([1.0, -2.0]))
        score.b.copy_(torch.tensor([0.5, 0.0, -1.0]))
    keys = torch.tensor([[[0.1, 0.2], [0.3, 0.4]]])  # shorter than the longest length
    expected = torch.tensor([[[math.tanh(0.1 - 0.4 + 0.5), math.tanh(0.3 - 0.8)]]])
    torch.testing.assert_close(score(keys), expected)


def test_the_per_step_score_has_a_weight_per_feature_and_a_bias_per_step() -> None:
    assert sum(parameter.numel() for parameter in PerStepScore(32, 10).parameters()) == 42


@pytest.mark.parametrize("name", SCORES)
def test_gradients_agree_with_finite_differences(name: str) -> None:
    score = SCORES[name](KEY, KEY if name != "per_step" else TIME).double()
    keys = torch.randn(BATCH, TIME, KEY, dtype=torch.float64, requires_grad=True)
    queries = torch.randn(BATCH, QUERIES, KEY, dtype=torch.float64, requires_grad=True)
    inputs = (keys,) if score.query_size is None else (keys, queries)

    def run(*tensors: Tensor) -> Tensor:
        return score(*tensors[: len(inputs)])

    assert torch.autograd.gradcheck(run, (*inputs, *score.parameters()))


@pytest.mark.parametrize("kind", [AdditiveScore, GeneralScore, DotScore])
@pytest.mark.parametrize(
    ("keys", "queries", "message"),
    [
        ((2, 5, 3), (2, 1, 4), r"keys: expected shape \(batch, time, 4\), got \(2, 5, 3\)"),
        ((2, 5, 4), (2, 1, 3), r"queries: expected shape \(batch, queries, 4\), got \(2, 1, 3\)"),
        ((2, 5, 4), (2, 4), r"queries: expected .* got \(2, 4\). For a single query, unsqueeze\(1\)"),
        ((2, 5, 4), None, r"queries: expected .* got none"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(
    kind: type[AdditiveScore], keys: tuple[int, ...], queries: tuple[int, ...] | None, message: str
) -> None:
    with pytest.raises(ShapeError, match=message):
        kind(4, 4)(torch.zeros(keys), None if queries is None else torch.zeros(queries))


def test_the_per_step_score_refuses_queries_and_longer_sequences() -> None:
    score = PerStepScore(4, time_steps=5)
    with pytest.raises(ShapeError, match="expected no queries"):
        score(torch.zeros(2, 5, 4), torch.zeros(2, 1, 4))
    with pytest.raises(ShapeError, match=r"up to 5 steps, 4\), got \(2, 6, 4\)"):
        score(torch.zeros(2, 6, 4))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: DotScore(4, 6), "expected queries and keys of one size, got 6 and 4"),
        (lambda: AdditiveScore(0, 4), "key_size: expected at least 1, got 0"),
        (lambda: GeneralScore(4, 0), "query_size: expected at least 1, got 0"),
        (lambda: AdditiveScore(4, 4, hidden_size=0), "hidden_size: expected at least 1, got 0"),
        (lambda: PerStepScore(4, 0), "time_steps: expected at least 1, got 0"),
    ],
)
def test_sizes_that_make_no_score_are_refused(build: type, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        build()
