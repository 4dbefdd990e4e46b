import numpy as np
import pytest
import torch

from hiddenstate.data.ragged import Ragged
from hiddenstate.data.text_batches import EncodedTexts, TextBatches
from hiddenstate.errors import InputError


def encoded(count: int = 500) -> EncodedTexts:
    random = np.random.default_rng(0)
    rows = [random.integers(2, 99, size).astype(np.int32) for size in random.integers(0, 30, count)]
    return EncodedTexts(Ragged.of(rows), np.arange(count, dtype=np.int64)[:, None])


def test_every_row_comes_once_with_its_own_words():
    texts = encoded()
    seen = []
    for batch in TextBatches(texts, batch_size=16, seed=3).epoch(1):
        seen += batch.rows.tolist()
        assert batch.targets[:, 0].tolist() == batch.rows.tolist()
        for row, words, length in zip(batch.rows, batch.words, batch.lengths, strict=True):
            assert words[:length].tolist() == texts.words[int(row)].tolist()
            assert not words[length:].any()
    assert sorted(seen) == list(range(500))


def test_order_depends_on_seed_and_epoch_alone():
    def order(seed, epoch):
        return [
            row
            for b in TextBatches(encoded(), batch_size=16, seed=seed).epoch(epoch)
            for row in b.rows.tolist()
        ]

    assert order(0, 1) == order(0, 1)
    assert order(0, 1) != order(0, 2)
    assert order(0, 1) != order(1, 1)


def test_rows_of_one_length_stand_together():
    padding = sum(
        int((b.words.shape[1] - b.lengths).sum())
        for b in TextBatches(encoded(), batch_size=16, seed=0).epoch(1)
    )
    words = int(encoded().words.lengths.sum())
    assert padding < 0.25 * words  # in random order it is about as much again as the words


def test_without_a_seed_short_texts_come_first():
    lengths = [
        length for b in TextBatches(encoded(), batch_size=16).epoch(1) for length in b.lengths.tolist()
    ]
    assert lengths == sorted(lengths)
    assert len(TextBatches(encoded(), batch_size=16)) == 32


def test_character_grams_belong_to_the_words_of_the_batch():
    forms = Ragged.of([[0, 1, 0], [2]])
    grams = Ragged.of([[5, 6], [], [7]])
    texts = EncodedTexts(Ragged.of([[2, 3, 2], [1]]), np.zeros((2, 1), np.int64), forms, grams)
    batch = next(TextBatches(texts, batch_size=2).epoch(1))
    assert batch.grams.tolist() == [5, 6, 7]
    assert batch.gram_starts.tolist() == [0, 2, 2]
    assert batch.rows.tolist() == [1, 0]
    assert batch.forms.tolist() == [[2, 0, 0], [0, 1, 0]]


def test_memory_mapped_texts_give_the_same_batches(tmp_path):
    texts = encoded(50)
    texts.words.save(tmp_path)
    mapped = EncodedTexts(Ragged.open(tmp_path), texts.targets)
    assert isinstance(mapped.words.values, np.memmap)
    for left, right in zip(
        TextBatches(texts, batch_size=8, seed=1).epoch(1),
        TextBatches(mapped, batch_size=8, seed=1).epoch(1),
        strict=True,
    ):
        assert torch.equal(left.words, right.words)


def test_no_text_at_all():
    with pytest.raises(InputError, match="at least one text, got none"):
        TextBatches(EncodedTexts(Ragged.of([]), np.zeros((0, 1), np.int64)), batch_size=4)
