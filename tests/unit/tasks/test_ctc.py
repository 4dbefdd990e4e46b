"""Paths of letters and blanks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hiddenstate.tasks.alphabet import Alphabet
from hiddenstate.tasks.ctc import Said, align, greedy, steps_needed
from hiddenstate.tasks.letter_ngrams import LetterNgrams
from hiddenstate.tasks.prefix_beam import Weighed, beam_search

ALPHABET = Alphabet("ab")


def logs_of(scores):
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


def text_probabilities(logs):
    """Every text with the probability of all its paths, one path after the other."""
    result = {"": 0.0}
    paths = {(): 0.0}
    for row in logs:
        paths = {(*path, k): p + row[k] for path, p in paths.items() for k in range(len(row))}
    result = {}
    for path, log in paths.items():
        kept = [k for place, k in enumerate(path) if k and (not place or path[place - 1] != k)]
        text = ALPHABET.decode(kept)
        result[text] = np.logaddexp(result.get(text, -np.inf), log)
    return result


small = arrays(np.float64, (5, 3), elements=st.floats(-3, 3, width=32))


def test_repeated_letters_are_one_unless_a_blank_stands_between():
    logs = np.log(np.eye(3)[[0, 1, 1, 0, 1, 2]] + 1e-9)
    assert greedy(logs) == [Said(1, 1, 2), Said(1, 4, 4), Said(2, 5, 5)]


@given(small)
def test_a_beam_that_keeps_everything_finds_the_most_likely_text(scores):
    logs = logs_of(scores)
    totals = text_probabilities(logs)
    found = beam_search(logs, ALPHABET, width=1000)
    assert totals[found] == pytest.approx(max(totals.values()), abs=1e-9)


def test_the_beam_adds_up_paths_where_the_greedy_one_does_not():
    logs = np.log(
        np.array([[0.4, 0.6], [0.6, 0.4]])
    )  # "a" by three paths: 0.76; the best single path is "a" too
    logs = np.log(np.array([[0.55, 0.45], [0.55, 0.45]]))  # the best path is blank: 0.30, "a" has 0.70
    assert greedy(logs) == []
    assert beam_search(logs, Alphabet("a"), width=4) == "a"


def test_a_language_model_decides_between_texts_that_sound_alike():
    logs = np.log(np.array([[0.02, 0.97, 0.01], [0.98, 0.01, 0.01], [0.02, 0.48, 0.5]]))
    ngrams = LetterNgrams.fit(["aa"] * 20 + ["b"], ALPHABET, order=3)
    assert beam_search(logs, ALPHABET, width=8) == "ab"
    assert beam_search(logs, ALPHABET, width=8, language=Weighed(ngrams, 1.0, 1.0)) == "aa"


@given(small, st.lists(st.integers(1, 2), min_size=1, max_size=4))
def test_an_alignment_is_the_best_single_path(scores, letters):
    logs = logs_of(scores)
    said = align(logs, letters)
    if steps_needed(letters) > len(logs):
        assert said == []
        return
    assert [each.letter for each in said] == letters
    path = np.zeros(len(logs), dtype=int)
    for each in said:
        path[each.first : each.last + 1] = each.letter
    own = logs[np.arange(len(logs)), path].sum()
    best = -np.inf
    for flat in np.ndindex(*(3,) * len(logs)):
        kept = [k for place, k in enumerate(flat) if k and (not place or flat[place - 1] != k)]
        if kept == letters:
            best = max(best, logs[np.arange(len(logs)), list(flat)].sum())
    assert own == pytest.approx(best, abs=1e-9)


def test_letters_that_stand_twice_need_a_step_between():
    assert steps_needed([1, 1, 2]) == 4
    assert steps_needed([]) == 0


@given(
    st.lists(st.text("ab", max_size=8), min_size=1, max_size=6), st.integers(1, 4), st.text("ab", max_size=6)
)
def test_probabilities_of_the_next_letter_sum_to_one(texts, order, before):
    model = LetterNgrams.fit(texts, ALPHABET, order=order)
    assert np.exp(model.log_probabilities(before)).sum() == pytest.approx(1.0)


def test_a_stored_language_model_says_the_same():
    model = LetterNgrams.fit(["abba", "ab"], ALPHABET, order=3)
    again = LetterNgrams.from_dict(model.to_dict(), ALPHABET)
    np.testing.assert_array_equal(model.log_probabilities("ab"), again.log_probabilities("ab"))
