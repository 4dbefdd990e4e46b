"""A recording as frames."""

import numpy as np
import pytest
import soundfile

from hiddenstate.data.recordings import read_frames
from hiddenstate.data.sound import Frontend, FrontendSettings, read_sound, resample
from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_split import UtteranceSplitSettings, split_utterances
from hiddenstate.errors import InputError

FRONTEND = FrontendSettings(rate=8000, bands=20)


def tone(seconds, rate):
    return (0.3 * np.sin(np.arange(int(seconds * rate)) * 0.3)).astype(np.float32)


def test_a_long_file_read_in_pieces_has_the_frames_of_the_whole(tmp_path):
    soundfile.write(tmp_path / "x.wav", tone(65, 11025), 11025)
    whole = Frontend(FRONTEND).frames(resample(read_sound(tmp_path / "x.wav"), 8000).samples)
    frames = read_frames(tmp_path / "x.wav", FRONTEND)
    assert abs(len(frames) - len(whole)) <= 1
    np.testing.assert_allclose(frames[10:-10], whole[10 : len(frames) - 10], atol=0.05)


def test_features_are_read_as_they_are(tmp_path):
    own = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.save(tmp_path / "x.npy", own)
    np.testing.assert_array_equal(read_frames(tmp_path / "x.npy", FRONTEND), own)


def test_sound_shorter_than_a_frame_is_refused(tmp_path):
    soundfile.write(tmp_path / "x.wav", tone(0.01, 8000), 8000)
    with pytest.raises(InputError, match=r"x.wav: expected at least 25 ms of sound, one frame, got less"):
        read_frames(tmp_path / "x.wav", FRONTEND)


def table(count, groups=None):
    frames = tuple(np.zeros((3, 1), np.float32) for _ in range(count))
    return Utterances(tuple(map(str, range(count))), frames, ("a",) * count, "t.csv", groups)


def test_groups_stay_together_and_equal_texts_need_not():
    groups = tuple(f"s{row % 10}" for row in range(100))
    parts = split_utterances(table(100, groups), UtteranceSplitSettings(validation=0.2, test=0.2))
    names = [{groups[row] for row in part} for part in parts]
    assert sorted(len(part) for part in parts) == [20, 20, 60]
    assert sum(map(len, names)) == len(set().union(*names)) == 10
    alone = split_utterances(table(100), UtteranceSplitSettings(validation=0.2, test=0.2))
    assert sorted(row for part in alone for row in part) == list(range(100))


def test_a_part_without_recordings_is_refused():
    with pytest.raises(InputError, match=r"t.csv: expected recordings for train, got none of 4 in 2 groups"):
        split_utterances(table(4, ("a", "a", "b", "b")), UtteranceSplitSettings(validation=0.3, test=0.3))
