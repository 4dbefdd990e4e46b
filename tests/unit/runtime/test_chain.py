"""The best path and the probabilities of tags without torch are those of the field of training and of brute force."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.layers.crf import FORBIDDEN, ChainCRF, Steps, forbidden_steps, viterbi
from hiddenstate.runtime import chain as module
from hiddenstate.runtime.chain import Chain
from hiddenstate.tasks.tag_set import TagSet

BIO = TagSet(["O", "B-a", "I-a", "B-b", "I-b"], "bio")
IOBES = TagSet(["O", "B-a", "I-a", "E-a", "S-a"], "iobes")
K = 5


def made(tags, seed):
    """The same steps in torch and here."""
    torch.manual_seed(seed)
    crf = ChainCRF(K, tags.may_follow).double()
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter)
    return crf, Chain.from_facts({name: part.tolist() for name, part in crf.steps()._asdict().items()})


def allowed(tags):
    return Steps(*(part.double() for part in forbidden_steps(K, tags.may_follow)))


@given(
    lengths=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    spread=st.sampled_from([0.0, 1.0, 30.0]),
    tags=st.sampled_from([BIO, IOBES]),
    seed=st.integers(0, 100),
)
@settings(max_examples=40, deadline=None)
def test_it_is_the_field_of_training(lengths, spread, tags, seed):
    crf, chain = made(tags, seed)
    steps = max(lengths)
    scores = np.random.default_rng(seed).normal(0, 1, (len(lengths), steps, K)) * spread
    own, counts = torch.from_numpy(scores), torch.tensor(lengths)
    best = chain.best(scores, np.array(lengths))
    assert np.array_equal(best, crf.decode(own, counts).numpy())
    free = chain.free().best(scores, np.array(lengths))
    assert np.array_equal(free, viterbi(own, counts, allowed(tags)).numpy())
    found, logs = chain.probabilities(scores, np.array(lengths)), crf(own, counts).detach().numpy()
    for row, length in enumerate(lengths):
        np.testing.assert_allclose(found[row, :length], np.exp(logs[row, :length]), atol=1e-9)
        for path in (best, free):
            named = [None, *path[row, :length].tolist(), None] if length else [None]
            assert all(tags.may_follow(*pair) for pair in itertools.pairwise(named)), named


def test_every_sequence_counted_one_by_one():
    _, chain = made(BIO, 3)
    scores = np.random.default_rng(0).normal(0, 2, (1, 4, K))
    weighed = np.zeros((4, K))
    best, highest = None, -np.inf
    for path in itertools.product(range(K), repeat=4):
        total = chain.start[path[0]] + chain.end[path[-1]] + scores[0, range(4), path].sum()
        total += sum(chain.transitions[pair] for pair in itertools.pairwise(path))
        weighed[range(4), path] += np.exp(total)
        if total > highest:
            best, highest = path, total
    found = chain.probabilities(scores, np.array([4]))[0]
    np.testing.assert_allclose(found, weighed / weighed.sum(axis=1, keepdims=True), atol=1e-12)
    assert tuple(chain.best(scores, np.array([4]))[0]) == best


def test_what_stands_in_padding_has_no_effect():
    _, chain = made(IOBES, 1)
    scores = np.random.default_rng(0).normal(0, 2, (2, 6, K))
    lengths = np.array([6, 3])
    other = scores.copy()
    other[1, 3:] = 1e6
    assert np.array_equal(chain.best(scores, lengths), chain.best(other, lengths))
    assert chain.best(scores, lengths)[1, 3:].tolist() == [-1, -1, -1]
    one, two = (chain.probabilities(given, lengths)[1, :3] for given in (scores, other))
    np.testing.assert_array_equal(one, two)
    alone = chain.probabilities(scores[1:, :3], lengths[1:])[0]
    np.testing.assert_allclose(one, alone, atol=1e-12)


def test_a_dropped_constraint_is_noticed():
    """What the two tests above rest on: without the forbidden steps the best path breaks the scheme."""
    _, chain = made(BIO, 0)
    dropped = Chain(*(np.where(part < FORBIDDEN / 2, 0.0, part) for part in vars(chain).values()))
    scores = np.zeros((1, 3, K))
    scores[0, :, 2] = 9.0  # I-a, I-a, I-a
    lengths = np.array([3])
    assert dropped.best(scores, lengths)[0].tolist() == [2, 2, 2]
    assert chain.best(scores, lengths)[0].tolist() == [1, 2, 2]


def test_the_score_of_a_forbidden_step_is_that_of_training():
    assert module.FORBIDDEN == FORBIDDEN


@pytest.mark.parametrize("shape", [(0, 3, K), (2, 0, K)])
def test_nothing_gives_nothing(shape):
    _, chain = made(BIO, 0)
    lengths = np.zeros(shape[0], np.int64)
    assert chain.best(np.zeros(shape), lengths).shape == shape[:2]
    assert chain.probabilities(np.zeros(shape), lengths).shape == shape
