"""A long text out of a file, and cut in its own order."""

import gzip

import pytest

from hiddenstate.data.book import Book, BookSplitSettings, cut_book, read_book
from hiddenstate.errors import InputError, SettingsError


def test_parts_follow_each_other():
    parts = cut_book(Book("abcdefghij" * 10, "b"), BookSplitSettings(validation=0.2, test=0.1))
    assert parts.train + parts.validation + parts.test == "abcdefghij" * 10
    assert parts.characters == {"training": 70, "validation": 20, "test": 10}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_and_line_ends(tmp_path, encoding):
    (tmp_path / "b.txt").write_bytes("één\r\ntwo\rthree".encode(encoding))
    book = read_book(tmp_path / "b.txt")
    assert book.text == "één\ntwo\nthree"
    assert "line ends" in book.notes[0]


def test_a_packed_file_and_a_test_text_of_its_own(tmp_path):
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"one two"))
    (tmp_path / "t.txt").write_text("three")
    book = read_book(tmp_path / "b.txt.gz")
    parts = cut_book(book, BookSplitSettings(validation=0.0, test=str(tmp_path / "t.txt")))
    assert (parts.train, parts.validation, parts.test) == ("one two", "", "three")


def test_a_packed_file_that_is_cut_off(tmp_path):
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"one two" * 50)[:-9])
    with pytest.raises(InputError, match="expected a readable text"):
        read_book(tmp_path / "b.txt.gz")


def test_nothing_to_measure_on():
    with pytest.raises(InputError, match="at least 2 characters to measure on, got 0"):
        cut_book(Book("abc", "b"), BookSplitSettings(test=0.0))


@pytest.mark.parametrize("shares", [{"test": 1.0}, {"validation": -0.1}, {"validation": 0.5, "test": 0.5}])
def test_shares_out_of_range(shares):
    with pytest.raises(SettingsError, match="split"):
        BookSplitSettings(**shares)
