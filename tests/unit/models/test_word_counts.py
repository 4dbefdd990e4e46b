import pytest
import torch

from hiddenstate.models.word_counts import SCALE, WordCounts


@pytest.fixture
def counts():
    torch.manual_seed(0)
    counts = WordCounts(words=6, pairs=5, classes=(2, 3))
    with torch.no_grad():
        for parameter in counts.parameters():
            parameter.copy_(torch.randn(parameter.shape))
    return counts


def test_by_hand(counts):
    words, pairs = torch.tensor([[2, 4, 0]]), torch.tensor([[1, 3, 0]])
    coarse, fine = counts(words, pairs, torch.tensor([2]))
    rows = counts.table[2] + counts.table[4] + counts.pair_table[1] + counts.pair_table[3]
    torch.testing.assert_close(torch.cat([coarse, fine], -1)[0], SCALE * rows / 2 + counts.bias)


def test_padding_has_no_effect(counts):
    lengths = torch.tensor([2])
    short = counts(torch.tensor([[2, 4]]), torch.tensor([[1, 3]]), lengths)
    long = counts(torch.tensor([[2, 4, 5]]), torch.tensor([[1, 3, 2]]), lengths)
    torch.testing.assert_close(short, long)


def test_words_of_a_vectors_file_alone_are_unknown(counts):
    pairs, lengths = torch.tensor([[0]]), torch.tensor([1])
    torch.testing.assert_close(
        counts(torch.tensor([[17]]), pairs, lengths), counts(torch.tensor([[1]]), pairs, lengths)
    )


def test_an_empty_text_gets_the_bias(counts):
    empty = torch.zeros(1, 2, dtype=torch.long)
    coarse, fine = counts(empty, empty, torch.tensor([0]))
    torch.testing.assert_close(torch.cat([coarse, fine], -1)[0], counts.bias)


def test_shares_and_bias_sum_to_the_finest_logits(counts):
    batch = torch.tensor([[2, 4, 0]]), torch.tensor([[1, 3, 0]]), torch.tensor([2])
    alone, together = counts.shares(*batch)
    torch.testing.assert_close(alone.sum(1) + together.sum(1) + counts.bias[-3:], counts(*batch)[-1])
