"""Texts and words beyond the limit of memory live in files, and read the same as in memory."""

import gc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data import text_store
from hiddenstate.data.ragged import Ragged
from hiddenstate.data.ragged_writer import RaggedWriter
from hiddenstate.data.text_store import TextStore, collect, take_texts

PIECES = st.lists(st.lists(st.text(), max_size=4), max_size=4)


@pytest.fixture
def limit(monkeypatch, tmp_path):
    """Everything beyond 10 bytes goes to a file in `tmp_path`."""
    monkeypatch.setattr(text_store, "IN_MEMORY", 10)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@given(pieces=PIECES)
def test_a_store_reads_as_what_was_put_in(pieces):
    expected = [text for piece in pieces for text in piece]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_store, "IN_MEMORY", 5)
        texts = collect(pieces)
    assert list(texts) == expected
    assert len(texts) == len(expected)
    assert isinstance(texts, TextStore) == (sum(map(len, expected)) > 5)
    rows = np.arange(len(expected))[::-2]
    assert list(take_texts(texts, rows)) == expected[::-2]


def test_the_file_goes_with_the_last_store(limit: Path):
    texts = collect([["a text of more than ten bytes", "مرحبا 🙂"], ["", "end"]])
    assert isinstance(texts, TextStore)
    (folder,) = limit.iterdir()
    part = texts[1:3]
    del texts
    gc.collect()
    assert list(part) == ["مرحبا 🙂", ""]
    assert folder.exists()
    del part
    gc.collect()
    assert not folder.exists()


def test_words_beyond_the_limit_are_mapped_from_a_file(limit: Path):
    rows = [[1, 2, 3], [], [4], [5, 6, 7, 8], [9]]
    writer = RaggedWriter()
    for row in rows:
        writer.append(row)
    result = writer.finish()
    assert isinstance(result.values, np.memmap)
    assert [row.tolist() for row in result] == rows
    (folder,) = limit.iterdir()
    few = result.take(np.array([3, 0]))
    del result, writer
    gc.collect()
    assert not folder.exists()
    assert [row.tolist() for row in few] == [[5, 6, 7, 8], [1, 2, 3]]


def test_few_words_stay_in_memory():
    writer = RaggedWriter()
    writer.append([1, 2])
    result = writer.finish()
    assert not isinstance(result.values, np.memmap)
    assert result.values.dtype == np.int32
    assert Ragged.of([[1, 2]]).values.tolist() == result.values.tolist()
