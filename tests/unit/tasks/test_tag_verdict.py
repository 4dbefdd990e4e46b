"""The verdict on tags: by F1 of spans or right words, never sure of a small test."""

import pytest

from hiddenstate.errors import InputError
from hiddenstate.records import Tagging
from hiddenstate.tasks.tag_verdict import judge_tags


def tagging(tags, truth, spans=True):
    places = tuple(((0, 1), (2, 3)) for _ in tags)
    return Tagging(("a b",) * len(tags), places, tuple(tags), spans, None, tuple(truth))


TRUTH = [("B-A", "O"), ("O", "B-B")] * 30
NOTHING = [("O", "O")] * 60


def test_better_worse_and_the_same():
    right, wrong = tagging(TRUTH, TRUTH), tagging(NOTHING, TRUTH)
    better = judge_tags("GRU", {"GRU": right, "plain": wrong})
    assert (better.level, better.best_baseline, better.gain) == ("better", "plain", 1.0)
    assert "beats the best baseline (plain) by 100.0 points of F1" in better.text
    assert judge_tags("GRU", {"GRU": wrong, "plain": right}).level == "worse"
    assert judge_tags("GRU", {"GRU": right, "plain": right}).level == "same"


def test_plain_tags_are_held_against_right_words():
    words = [("X", "Y")] * 30
    verdict = judge_tags(
        "GRU", {"GRU": tagging(words, words, False), "plain": tagging([("X", "X")] * 30, words, False)}
    )
    assert verdict.gain == 0.5
    assert "right words" in verdict.text


def test_a_small_test_and_no_baseline():
    few = tagging(TRUTH[:4], TRUTH[:4])
    verdict = judge_tags("GRU", {"GRU": few, "plain": tagging(NOTHING[:4], TRUTH[:4])})
    assert verdict.level == "same"
    assert "only 4 sentences" in verdict.text
    with pytest.raises(InputError, match="and of a baseline"):
        judge_tags("GRU", {"GRU": few})
