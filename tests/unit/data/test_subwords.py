"""Pieces of words: learnt from the training texts, known in words never seen, found again in the user's text."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.tokenizer import Tokenizer
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import BundleError, SettingsError

TEXTS = ["Reading and writing", "a reader reads", "the writer writes", "not a reader"] * 20
SETTINGS = TokenSettings(unit="subword", subword_count=40)
CUTTER = Tokenizer.fit(TEXTS, SETTINGS)


def forms(text, **settings):
    return [token.form for token in Tokenizer.fit(TEXTS, TokenSettings(unit="subword", **settings)).cut(text)]


def test_a_word_never_seen_is_cut_into_pieces_that_were():
    text = "Unreadable"
    tokens = CUTTER.cut(text)
    assert "##read" in [token.form for token in tokens]
    assert "".join(text[token.start : token.stop] for token in tokens) == text


def test_a_frequent_word_stays_whole():
    assert forms("reading") == ["reading"]


def test_fewer_pieces_are_shorter():
    assert len(forms("reading writers", subword_count=20)) > len(forms("reading writers", subword_count=60))


def test_settings_of_words_hold_before_the_cut():
    assert forms("The READER", lowercase=False)[:1] != forms("the reader")[:1]
    assert forms("not the reader", stop_words="remove") == ["not", "reader"]
    assert len(forms("reading " * 50, longest=7)) == 7


@given(st.text(max_size=40))
def test_pieces_point_into_the_text_in_order_and_nothing_is_lost(text):
    end = 0
    for token in CUTTER.cut(text):
        assert 0 <= token.start < token.stop <= len(text)
        if token.start >= end:
            assert not text[end : token.start].strip()
        end = token.stop
    assert not text[end:].strip()


def test_a_letter_that_grows_in_lower_case_keeps_its_place():
    text = "İx reads"  # two characters in lower case
    assert {text[token.start : token.stop] for token in CUTTER.cut(text)} == {"İ", "x", "reads"}


def test_the_same_texts_give_the_same_pieces():
    assert Tokenizer.fit(TEXTS, SETTINGS).to_dict() == CUTTER.to_dict()


def test_stored_as_json_and_read_again_it_cuts_the_same():
    again = Tokenizer.from_dict(json.loads(json.dumps(CUTTER.to_dict())), SETTINGS)
    for text in ("unreadable writers 🙂", ""):
        assert again.cut(text) == pickle.loads(pickle.dumps(CUTTER)).cut(text) == CUTTER.cut(text)


def test_what_is_no_stored_tokenizer_is_refused():
    with pytest.raises(BundleError, match="expected stored subwords"):
        Tokenizer.from_dict({"subwords": {"version": "none"}}, SETTINGS)


def test_without_texts_every_character_is_a_piece_of_its_own():
    assert [token.form for token in Tokenizer.fit([""], SETTINGS).cut("ab")] == ["a", "##b"]


def test_no_pieces_at_all_are_refused():
    with pytest.raises(SettingsError, match="subword_count: expected 1 or more pieces, got 0"):
        TokenSettings(unit="subword", subword_count=0)
