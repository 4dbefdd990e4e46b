"""False alarms and misses of an always-on model, counted by hand."""

import math

import numpy as np
import pytest

from hiddenstate.data.sound.gluing import Span
from hiddenstate.tasks.operating_points import THRESHOLDS, Candidate, operating_points

SPANS = (Span(1.0, 1.5, "up"), Span(4.0, 4.5, "down"), Span(7.0, 7.5, None))


FRAMES = 3600


def heard(end, label, probability, begin=None):
    """A sound that begins 0.4 seconds before `end`, and is over 0.15 seconds after it."""
    return round(100 * (end - 0.4 if begin is None else begin)), Candidate(
        round(100 * (end + 0.15)), end, label, probability
    )


def found_at(*sounds, spans=SPANS, refractory=20, own=0.0):
    begins = dict(sounds)
    loud = np.zeros(FRAMES, bool)
    loud[[begin - 1 for begin in begins]] = True
    found = operating_points(
        spans, loud, begins.__getitem__, seconds=36.0, refractory_frames=refractory, own=own
    )
    return {point.threshold: point for point in found}


def points(*sounds, **more):
    """Threshold -> misses and false alarms."""
    found = found_at(*sounds, **more)
    return {threshold: (each.missed, each.false_alarms_per_hour) for threshold, each in found.items()}


def test_right_answers_are_hits_and_all_others_are_false_alarms():
    found = points(
        heard(1.5, "up", 0.9),  # right
        heard(2.6, "up", 0.55),  # in the gap
        heard(4.5, "up", 0.75),  # the wrong label
        heard(7.5, "down", 0.35),  # a sound of no class
    )
    assert found[0.0] == (0.5, 300.0)  # three in 36 seconds
    assert found[0.5] == (0.5, 200.0)
    assert found[0.8] == (0.5, 0.0)
    assert found[0.95] == (1.0, 0.0)


def test_false_alarms_in_gaps_are_told_from_those_on_sounds():
    sounds = heard(1.5, "up", 0.9), heard(2.6, "up", 0.9), heard(3.4, "up", 0.4), heard(7.5, "down", 0.9)
    found = found_at(*sounds)
    assert found[0.0].in_gaps == pytest.approx(2 / 3)
    assert found[0.5].in_gaps == 0.5
    assert found[0.999].in_gaps == 0.0


def test_an_answer_belongs_to_a_sound_until_shortly_after_its_end():
    assert points(heard(1.79, "up", 1.0))[0.5] == (0.5, 0.0)
    assert points(heard(1.81, "up", 1.0))[0.5] == (1.0, 100.0)
    assert points(heard(0.99, "up", 1.0))[0.5] == (1.0, 100.0)


def test_a_second_answer_to_the_same_sound_is_a_false_alarm():
    twice = heard(1.2, "up", 0.9, begin=1.0), heard(1.6, "up", 0.9, begin=1.42)
    assert points(*twice, refractory=0)[0.5] == (0.5, 100.0)
    assert points(*twice, refractory=20)[0.5] == (0.5, 0.0)  # it begins in the pause after the first


def test_the_pause_follows_answers_that_count_alone():
    unsure = heard(1.2, "down", 0.3, begin=1.0), heard(1.6, "up", 0.9, begin=1.42)
    assert points(*unsure)[0.0] == (1.0, 100.0)
    assert points(*unsure)[0.5] == (0.5, 0.0)


def test_a_sound_begins_only_when_the_one_before_is_over_and_clicks_are_no_answers():
    inside = heard(1.2, "up", 0.9, begin=1.0), heard(1.5, "down", 0.9, begin=1.1)
    assert points(*inside, refractory=0)[0.5] == (0.5, 0.0)
    assert points(heard(1.2, None, 0.0), refractory=0)[0.0] == (1.0, 0.0)


def test_the_models_own_threshold_is_one_of_the_points():
    assert sorted(points(own=0.1234)) == sorted({*THRESHOLDS, 0.1234})
    assert all(math.isnan(missed) for missed, _ in points(spans=SPANS[2:]).values())
