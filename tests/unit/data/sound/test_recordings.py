"""What is noticed about recordings while they are read, in the words that the report prints."""

import numpy as np
import pytest

from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.sound.table import SoundFileSettings

soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
pytest.importorskip("soxr", reason="the extra 'audio' is not installed")
pytest.importorskip("kaldi_native_fbank", reason="the extra 'audio' is not installed")

TONE = 0.3 * np.sin(np.arange(4000) / 5).astype(np.float32)


def read(folder, **files):
    """Recordings that were read, and their notes."""
    recordings = Recordings(SoundFileSettings(), FrontendSettings(rate=8000))
    for name, (samples, rate) in files.items():
        soundfile.write(folder / f"{name}.wav", samples, rate)
        recordings.frames(str(folder / f"{name}.wav"))
    return recordings.notes


def test_clipped_recordings_are_counted_and_the_first_is_named(tmp_path):
    loud = np.clip(20 * TONE, -1, 1)
    notes = read(tmp_path, fine=(TONE, 8000), loud=(loud, 8000), louder=(2 * loud, 8000))
    assert notes == (f"2 recording(s) are clipped: recorded too loud, the first is {tmp_path / 'loud.wav'}",)


def test_silent_recordings_are_counted_and_the_first_is_named(tmp_path):
    notes = read(tmp_path, fine=(TONE, 8000), nothing=(0 * TONE, 8000))
    assert notes == (f"1 recording(s) are silent, the first is {tmp_path / 'nothing.wav'}",)


def test_other_rates_are_named(tmp_path):
    notes = read(tmp_path, own=(TONE, 8000), high=(np.repeat(TONE, 6), 48000), low=(TONE, 11025))
    assert notes == ("recordings with 11,025, 48,000 samples a second were converted to 8,000",)


def test_nothing_is_noted_where_nothing_is_wrong(tmp_path):
    assert read(tmp_path, fine=(TONE, 8000)) == ()
