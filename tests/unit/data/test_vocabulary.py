"""The vocabulary: numbers by frequency, padding and unknown apart from every real word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.vocabulary import PADDING, UNKNOWN, Vocabulary
from hiddenstate.errors import InputError

texts = st.lists(st.lists(st.text(max_size=3), max_size=6), max_size=6)


@given(texts)
def test_every_training_word_survives_a_round_trip(rows):
    vocabulary = Vocabulary.fit(rows)
    encoded = vocabulary.encode(rows)
    assert [vocabulary.decode(row) for row in encoded] == rows
    assert all((row > UNKNOWN).all() for row in encoded)


@given(texts)
def test_it_comes_back_from_its_dictionary(rows):
    vocabulary = Vocabulary.fit(rows)
    assert Vocabulary.from_dict(vocabulary.to_dict()).forms == vocabulary.forms


def test_frequent_words_come_first_and_ties_are_alphabetical():
    vocabulary = Vocabulary.fit([["b", "a", "c", "c"]])
    assert vocabulary.forms[2:] == ("c", "a", "b")


def test_rare_words_and_the_tail_are_unknown():
    vocabulary = Vocabulary.fit([["a", "a", "b", "b", "c"]], min_count=2, largest=1)
    assert vocabulary.encode([["a", "b", "c", "never"]])[0].tolist() == [2, UNKNOWN, UNKNOWN, UNKNOWN]
    assert "b" not in vocabulary


def test_words_that_look_like_the_special_ones_are_words():
    vocabulary = Vocabulary.fit([["<padding>", "<unknown>"]])
    assert {PADDING, UNKNOWN}.isdisjoint(vocabulary.encode([["<padding>", "<unknown>"]])[0].tolist())


def test_a_doubled_word_is_refused():
    with pytest.raises(InputError, match="expected each word once"):
        Vocabulary(["a", "a"])
