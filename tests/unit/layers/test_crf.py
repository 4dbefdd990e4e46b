"""The conditional random field against every sequence of tags, one by one."""

import itertools

import pytest
import torch

from hiddenstate.errors import ShapeError
from hiddenstate.layers.crf import ChainCRF, forbidden_steps, viterbi

K = 3
LENGTHS = torch.tensor([4, 1, 0, 3])


def no_two_after_one(before, tag):
    """Tag 2 neither begins a sequence nor follows tag 1; tag 0 does not end one."""
    return not (tag == 2 and before in (None, 1)) and not (tag is None and before == 0)


@pytest.fixture(params=[None, no_two_after_one], ids=["free", "constrained"])
def crf(request):
    torch.manual_seed(0)
    crf = ChainCRF(K, request.param).double()
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter)
    return crf


@pytest.fixture
def emissions():
    torch.manual_seed(1)
    return 2 * torch.randn(len(LENGTHS), 4, K, dtype=torch.float64)


def scored(crf, emissions, row):
    """Every sequence of the row's length with its score."""
    length = int(LENGTHS[row])
    steps = crf.steps()
    for tags in itertools.product(range(K), repeat=length):
        if not tags:
            yield tags, torch.zeros((), dtype=torch.float64)
            continue
        score = steps.start[tags[0]] + steps.end[tags[-1]]
        score = score + sum(emissions[row, place, tag] for place, tag in enumerate(tags))
        score = score + sum(steps.transitions[pair] for pair in itertools.pairwise(tags))
        yield tags, score


def test_partition_is_the_sum_over_all_sequences(crf, emissions):
    result = crf.log_partition(emissions, LENGTHS)
    for row in range(len(LENGTHS)):
        every = torch.stack([score for _, score in scored(crf, emissions, row)])
        torch.testing.assert_close(result[row], torch.logsumexp(every, 0), rtol=1e-12, atol=1e-12)


def test_probabilities_of_all_sequences_sum_to_one(crf, emissions):
    for row in (0, 3):
        every = torch.tensor([list(tags) for tags, _ in scored(crf, emissions, row)])
        length = LENGTHS[row].expand(len(every))
        same = emissions[row, : int(LENGTHS[row])].expand(len(every), -1, -1)
        total = crf.log_likelihood(same, every, length).exp().sum()
        assert total.item() == pytest.approx(1, abs=1e-12)


def test_gradient_is_that_of_the_sum_over_all_sequences(crf, emissions):
    given = torch.zeros(4, 4, dtype=torch.int64)
    given[:, 1:] = 1
    emissions = emissions.requires_grad_()
    leaves = [emissions, *crf.parameters()]
    fast = torch.autograd.grad(crf.log_likelihood(emissions, given, LENGTHS).sum(), leaves)
    total = torch.zeros((), dtype=torch.float64)
    for row in range(len(LENGTHS)):
        pairs = dict(scored(crf, emissions, row))
        own = tuple(given[row, : int(LENGTHS[row])].tolist())
        total = total + pairs[own] - torch.logsumexp(torch.stack(list(pairs.values())), 0)
    slow = torch.autograd.grad(total, leaves)
    for one, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)
        assert torch.isfinite(one).all()


def test_viterbi_finds_the_best_sequence(crf, emissions):
    paths = crf.decode(emissions, LENGTHS)
    for row in range(len(LENGTHS)):
        best = max(scored(crf, emissions, row), key=lambda pair: pair[1].item())[0]
        assert tuple(paths[row, : len(best)].tolist()) == best
        assert (paths[row, len(best) :] == -1).all()


def test_marginals_are_those_of_all_sequences(crf, emissions):
    result = crf(emissions, LENGTHS).exp()
    for row in (0, 1, 3):
        pairs = list(scored(crf, emissions, row))
        shares = torch.softmax(torch.stack([score for _, score in pairs]), 0)
        for place in range(int(LENGTHS[row])):
            for tag in range(K):
                own = sum(share for (tags, _), share in zip(pairs, shares, strict=True) if tags[place] == tag)
                assert result[row, place, tag].item() == pytest.approx(own.item(), abs=1e-12)


def test_the_chance_of_one_tag_is_the_marginal_and_has_a_gradient(crf, emissions):
    logs = crf(emissions, LENGTHS)
    for row, word, tag in ((0, 0, 1), (0, 3, 2), (3, 1, 0)):
        leaf = emissions.clone().requires_grad_()
        chances = crf.chance(leaf, LENGTHS, word=word, tag=tag)
        assert float(chances[row].detach()) == pytest.approx(float(logs[row, word, tag].exp()), abs=1e-12)
        (slope,) = torch.autograd.grad(chances[row], leaf)
        step = torch.zeros_like(emissions)
        step[row, word, tag] = 1e-5
        with torch.no_grad():
            ends = [crf.chance(emissions + sign * step, LENGTHS, word=word, tag=tag)[row] for sign in (1, -1)]
        assert float(slope[row, word, tag]) == pytest.approx(float(ends[0] - ends[1]) / 2e-5, abs=1e-8)
        assert not slope[[each for each in range(len(LENGTHS)) if each != row]].any()


def test_padding_and_neighbours_have_no_effect(crf, emissions):
    tags = torch.ones(4, 4, dtype=torch.int64)
    together = crf.log_likelihood(emissions, tags, LENGTHS)
    garbage = emissions.clone()
    for row, length in enumerate(LENGTHS.tolist()):
        garbage[row, length:] = 1e6
        alone = crf.log_likelihood(
            emissions[row : row + 1, :length], tags[row : row + 1, :length], LENGTHS[row : row + 1]
        )
        torch.testing.assert_close(alone[0], together[row])
    torch.testing.assert_close(crf.log_likelihood(garbage, tags, LENGTHS), together)
    assert torch.equal(crf.decode(garbage, LENGTHS), crf.decode(emissions, LENGTHS))


def test_large_scores_of_single_precision_stay_finite():
    crf = ChainCRF(K, no_two_after_one)
    emissions = (1e3 * torch.randn(2, 30, K)).requires_grad_()
    lengths = torch.tensor([30, 7])
    loss = -crf.log_likelihood(emissions, torch.ones(2, 30, dtype=torch.int64), lengths).sum()
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(emissions.grad).all()


def test_forbidden_steps_are_never_taken():
    steps = forbidden_steps(K, no_two_after_one)
    emissions = torch.zeros(1, 4, K)
    emissions[..., 2] = 50.0  # tag 2 wherever it may stand
    emissions[0, 1, 1] = 60.0
    assert viterbi(emissions, torch.tensor([4]), steps).tolist() == [[0, 2, 2, 2]]


def test_a_batch_without_a_word_is_no_problem(crf):
    nothing, lengths = torch.zeros(2, 0, K, dtype=torch.float64), torch.zeros(2, dtype=torch.int64)
    assert crf(nothing, lengths).shape == (2, 0, K)
    assert crf.decode(nothing, lengths).shape == (2, 0)
    assert crf.log_likelihood(nothing, lengths.reshape(2, 1)[:, :0], lengths).tolist() == [0, 0]


def test_wrong_lengths_are_refused(crf, emissions):
    with pytest.raises(ShapeError, match="lengths: expected 0 to 4"):
        crf.log_partition(emissions, LENGTHS + 1)


def test_a_long_sentence_in_float32_has_the_probabilities_of_float64():
    torch.manual_seed(0)
    crf = ChainCRF(5)
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter)
    emissions, lengths = 10 * torch.randn(2, 400, 5), torch.tensor([400, 30])
    found = crf(emissions, lengths)
    assert found.dtype == torch.float32
    expected = crf.double()(emissions.double(), lengths)
    assert (found.exp().double() - expected.exp()).abs().max() < 1e-6
