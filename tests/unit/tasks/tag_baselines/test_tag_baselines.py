"""The plain methods beside a tagger: what they learn, and what they do where they cannot know."""

import pytest
from tests.story.tagged_files import flights

from hiddenstate.data.tagged_table import table_of_words
from hiddenstate.errors import SettingsError
from hiddenstate.tasks.span_f1 import count_spans, f1_of
from hiddenstate.tasks.tag_baselines.most_frequent import MostFrequentTag
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.tasks.tag_baselines.window_features import WindowFeatures

TRAIN, VALIDATION, TEST = flights(60), flights(20, seed=1), flights(40, seed=9)


def f1(baseline):
    return f1_of(count_spans(TEST.tags, baseline.predict(TEST)))[2]


def test_neighbours_say_more_than_the_word_alone():
    frequent = MostFrequentTag().fit(TRAIN, VALIDATION)
    linear = WindowFeatures().fit(TRAIN, VALIDATION)
    assert 0.3 < f1(frequent) < 0.8
    assert f1(linear) > 0.95


def test_most_frequent_tags_counted_by_hand():
    train = table_of_words([["Run", "run", "run"], ["x", "y", "z"]], [["N", "V", "V"], ["P", "P", "N"]], "t")
    baseline = MostFrequentTag().fit(train, train.take([]))
    assert baseline.predict(table_of_words([["RUN", "unseen"]], None, "t")) == (("V", "P"),)


def test_spans_come_out_without_a_fault():
    train = table_of_words([["new", "york"], ["york"]], [["B-A", "I-A"], ["I-A"]], "t")
    baseline = MostFrequentTag().fit(train, train.take([]))
    assert baseline.predict(table_of_words([["york", "new"], ["zzz"], []], None, "t")) == (
        ("B-A", "B-A"),
        ("O",),
        (),
    )


def test_what_cannot_be_fitted_is_left_out_and_said():
    one = table_of_words([["a", "b"]], [["N", "N"]], "t")
    rivals = fit_tag_baselines(one, one.take([]))
    assert [rival.baseline.name for rival in rivals.fitted] == ["most frequent tag of each word"]
    assert "fewer than two different tags" in rivals.left_out["logistic regression on hand features"]
    with pytest.raises(SettingsError, match="Did you mean"):
        fit_tag_baselines(one, one, ["most_frequnt"])
    empty = WindowFeatures().fit(TRAIN, VALIDATION.take([])).predict(TEST.take([]))
    assert empty == ()
