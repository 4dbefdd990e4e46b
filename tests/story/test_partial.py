"""What is said in a recording, word by word, while it goes on."""

import json
from itertools import pairwise

import numpy as np
import pytest

from tests.story.conftest import quietly
from tests.story.spoken_files import TINY, frames_of, write_spoken


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    table = write_spoken(folder / "spoken")
    quietly(
        "train", table, "--task", "transcribe", "--group", "speaker", *TINY, "--one-directional",
        "--set", "task.deltas=false", "--set", "task.standardise=training", "--epochs", "60",
        "--set", "augment.time_masks=0", "--set", "augment.speed=0", "--out", folder / "m",
    )  # fmt: skip
    return folder / "m"


@pytest.fixture
def recording(tmp_path):
    quiet = np.random.default_rng(1).normal(0, 0.1, (80, 4)).astype(np.float32)
    spoken = [frames_of(text, np.random.default_rng(2)) for text in ("cab a bc", " ba a")]
    np.save(tmp_path / "call.npy", np.concatenate([spoken[0], quiet, spoken[1]]))
    return tmp_path / "call.npy"


def partials(call, model, recording):
    outcome = call("predict", model, recording, "--partial", "--json")
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_words_come_as_they_settle_and_are_not_taken_back(call, live, recording):
    found = partials(call, live, recording)
    texts = [part["text"] for part in found]
    assert texts[0] == "cab"
    assert texts[-1] == "cab a bc ba a"
    assert len(texts) > 3
    for earlier, later in pairwise(texts):
        assert later.startswith(earlier)
    seconds = [part["seconds"] for part in found]
    assert seconds == sorted(seconds)
    assert seconds[0] < 0.4  # "cab " ends at 0.20 seconds of 1.9
    assert [part["last"] for part in found] == [False] * (len(found) - 1) + [True]


def test_a_word_before_a_pause_does_not_wait_for_the_next_one(call, live, recording):
    (before,) = [part for part in partials(call, live, recording) if part["text"] == "cab a bc"]
    assert 0.8 < before["seconds"] < 1.2  # it is over at 0.4; the next word begins at 1.2


def test_lines_for_people(call, live, recording):
    outcome = call("predict", live, recording, "--partial")
    assert outcome.out.splitlines()[0].split() == ["0.20", "s", "cab"]
    np.save(recording.with_name("quiet.npy"), np.zeros((30, 4), np.float32))
    outcome = call("predict", live, recording.with_name("quiet.npy"), "--partial")
    assert outcome.out.splitlines()[-1].split()[:2] == ["0.30", "s"]


def test_what_cannot_be_heard_on_the_way_is_refused(call, live, recording, tmp_path, demand, model):
    table = write_spoken(tmp_path / "spoken", count=30)
    both = tmp_path / "both"
    quietly("train", table, "--task", "transcribe", *TINY, "--epochs", "1", "--out", both)
    cases = [
        ((both, recording, "--partial"), "expected a network that needs nothing of the future"),
        ((live, table, "--partial"), "expected one recording for --partial, got another file"),
        ((model, demand, "--partial"), "--partial: expected a model that writes down what is said"),
        (
            (live, recording, "--partial", "--out", tmp_path / "o.csv"),
            "--partial: expected a recording alone",
        ),
        ((live, "--text", "a", "--partial"), "--partial: expected a recording alone"),
    ]
    for arguments, text in cases:
        outcome = call("predict", *arguments)
        assert outcome.code == 2, outcome.out
        assert text in outcome.err
        assert outcome.out == ""


def test_sound_is_read_in_pieces(tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
    pytest.importorskip("kaldi_native_fbank", reason="the extra 'audio' is not installed")
    from hiddenstate.data.recordings import read_frames, stream_frames
    from hiddenstate.data.sound import FrontendSettings

    sound = 0.1 * np.random.default_rng(0).standard_normal(22050)
    soundfile.write(tmp_path / "a.wav", sound, 22050)
    front = FrontendSettings(rate=16000)
    pieces = list(stream_frames(tmp_path / "a.wav", front, seconds=0.1))
    assert len(pieces) == 11
    np.testing.assert_allclose(np.concatenate(pieces), read_frames(tmp_path / "a.wav", front), atol=1e-4)
