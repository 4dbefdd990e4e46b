"""False alarms against misses in the report: measured as ``listen`` would answer, or the reason why not."""

import numpy as np
import pytest

from hiddenstate.bundle import open_bundle
from hiddenstate.data.sound.gluing import glue
from hiddenstate.program import Program
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime.listening import ListenSettings, open_listener
from hiddenstate.workflows.hearing import always_on as measuring
from hiddenstate.workflows.hearing.always_on import always_on, points_of
from hiddenstate.workflows.hearing.parts import read_sound_parts
from hiddenstate.workflows.hearing.saved import open_hearing

pytestmark = pytest.mark.xdist_group("ears")


@pytest.fixture
def parts(ears):
    run = open_hearing(ears / "one").run
    return read_sound_parts(ears / "table.csv", run).validation, run.recordings()


@pytest.fixture
def model(ears):
    bundle = open_bundle(ears / "one")
    return Program.from_json(bundle.read(PROGRAM)), bundle.load_weights()


@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.5])
def test_a_point_is_what_listen_answers_at_its_threshold(ears, parts, model, threshold):
    table, recordings = parts
    sounds = [recordings.samples(file) for file in table.texts]
    glued = glue(sounds, list(table.known_labels()), recordings.frontend.rate, np.random.default_rng(0))
    point = next(each for each in points_of(*model, glued, threshold) if each.threshold == threshold)
    listener = open_listener(open_bundle(ears / "one"), ListenSettings(threshold=threshold))
    answers = [moment for moment in (*listener.accept(glued.samples), *listener.finish()) if moment.event]
    hits = sum(
        any(span.begin <= each.seconds <= span.end + 0.3 and each.label == span.label for each in answers)
        for span in glued.spans
    )
    assert point.missed == pytest.approx(1 - hits / len(glued.spans))
    assert point.false_alarms_per_hour == pytest.approx(3600 * (len(answers) - hits) / glued.seconds)
    assert len(answers) > 0


def test_thresholds_trade_misses_for_false_alarms(parts, model):
    found = always_on(*model, *parts)
    assert found.sounds == len(parts[0])
    missed = [point.missed for point in found.points]
    alarms = [point.false_alarms_per_hour for point in found.points]
    assert alarms[-1] < alarms[0]
    assert missed[-1] >= missed[0]
    assert found.seconds > found.sounds  # a gap of a second at least before each


def test_sounds_of_no_class_are_false_alarms_only(parts, model):
    plain = always_on(*model, *parts)
    others = always_on(*model, *parts, none_label="level")
    assert others.others > 0
    assert others.sounds + others.others == plain.sounds
    assert others.points[0].false_alarms_per_hour > plain.points[0].false_alarms_per_hour


def test_a_long_validation_set_is_cut_and_an_empty_one_has_no_curve(parts, model, monkeypatch):
    table, recordings = parts
    monkeypatch.setattr(measuring, "LONGEST_SECONDS", 1.0)
    assert always_on(*model, table, recordings).sounds == 3  # of 0.3 seconds each
    assert always_on(*model, table.take([]), recordings) is None


def test_the_report_has_the_curve_or_says_why_not(ears):
    page = (ears / "one" / "report.html").read_text().replace("&nbsp;", " ")
    assert "Always on: false alarms against misses" in page
    assert "glued from 9 validation recordings, with 1 to 4 seconds between two of them" in page
    assert "pink noise" in page
    assert "false alarms an hour" in page
    page = (ears / "both" / "report.html").read_text()
    assert "No curve of false alarms against misses: it is bidirectional" in page
    assert "Train with --one-directional" in page
