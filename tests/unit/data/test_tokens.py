"""Tokens: cut as people expect, and always pointing back into the user's own text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.tokens import TokenSettings, tokenize
from hiddenstate.errors import SettingsError


def forms(text, **settings):
    return [token.form for token in tokenize(text, TokenSettings(**settings))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who wrote Hamlet ?", ["who", "wrote", "hamlet", "?"]),
        ("I can't, won't and don’t", ["i", "ca", "n't", ",", "wo", "n't", "and", "do", "n’t"]),
        (
            "It's they're we've I'll I'd I'm",
            ["it", "'s", "they", "'re", "we", "'ve", "i", "'ll", "i", "'d", "i", "'m"],
        ),
        ("the U.S. e.g. here", ["the", "u.s.", "e.g.", "here"]),
        ("$3.50 at 10:30, 5%", ["$", "3.50", "at", "10:30", ",", "5%"]),
        ("well-known :-) !!! ...", ["well-known", ":-)", "!!!", "..."]),
        ("see https://a.b/c?d=1 @you #topic", ["see", "https://a.b/c?d=1", "@you", "#topic"]),
        ("żółw 🐢 שלום", ["żółw", "🐢", "שלום"]),
        ("", []),
        (" \n\t ", []),
        ("a\0b", ["a", "\0", "b"]),
    ],
)
def test_text_is_cut_as_people_expect(text, expected):
    assert forms(text) == expected


@given(st.text(max_size=60), st.sampled_from(["word", "whitespace", "character"]))
def test_every_token_points_at_its_place_and_nothing_is_lost(text, unit):
    tokens = tokenize(text, TokenSettings(unit=unit, lowercase=False))
    end = 0
    for token in tokens:
        assert token.form == text[token.start : token.stop]
        assert text[end : token.start].strip() == "" or unit == "character"
        end = token.stop
    assert text[end:].strip() == ""


def test_case_is_kept_on_request():
    assert forms("Apple", lowercase=False) == ["Apple"]


def test_digits_fold_to_zero():
    assert forms("in 1987", fold_digits=True) == ["in", "0000"]


def test_removing_stop_words_keeps_negations():
    assert forms("this is not a good film", stop_words="remove") == ["not", "good", "film"]
    assert forms("I don’t like it", stop_words="remove") == ["n’t", "like"]


def test_negations_go_too_on_request():
    assert forms("this is not a good film", stop_words="remove", keep_negations=False) == ["good", "film"]


def test_only_stop_words_leave_nothing():
    assert forms("it is what it is", stop_words="remove") == []


def test_a_long_text_is_cut_off():
    assert forms("one two three four", longest=2) == ["one", "two"]
    with pytest.raises(SettingsError, match="longest: expected 1 or more tokens, got 0"):
        TokenSettings(longest=0)
