"""Frames of a stream are those of the whole, however it is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.data.sound import Frontend, FrontendSettings, Resampler, Sound, resample
from hiddenstate.data.sound.resampling import change_speed
from hiddenstate.errors import SettingsError, ShapeError

pytest.importorskip("kaldi_native_fbank", reason="the extra 'audio' is not installed")
pytest.importorskip("soxr", reason="the extra 'audio' is not installed")

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 6000).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(
    kind=st.sampled_from(["log-mel", "mfcc"]),
    sizes=st.lists(st.integers(0, 900), min_size=1, max_size=30),
)
def test_any_chunking_gives_the_frames_of_the_whole(kind, sizes):
    front = Frontend(FrontendSettings(kind=kind, rate=8000))
    stream, parts, place = front.stream(), [], 0
    for size in [*sizes, len(NOISE)]:
        parts.append(stream.accept(NOISE[place : place + size]))
        place += size
    found, whole = np.concatenate(parts), front.frames(NOISE)
    assert found.shape == whole.shape == (front.settings.count(len(NOISE)), front.settings.features)
    assert np.abs(found - whole).max() <= 1e-4


@pytest.mark.parametrize("rate", [8000, 16000])
def test_counts_of_frames(rate):
    front = Frontend(FrontendSettings(rate=rate))
    for length in (
        1,
        front.settings.window - 1,
        front.settings.window,
        front.settings.window + 3 * front.settings.shift,
    ):
        assert len(front.frames(np.zeros(length, np.float32))) == front.settings.count(length)


def test_a_tone_lights_up_its_band():
    front = Frontend(FrontendSettings(rate=8000, bands=20))
    tones = [
        np.sin(2 * np.pi * hertz * np.arange(4000) / 8000).astype(np.float32) for hertz in (300, 1000, 3000)
    ]
    bands = [int(front.frames(tone).mean(axis=0).argmax()) for tone in tones]
    assert bands == sorted(set(bands))


def test_a_louder_sound_moves_every_band_alike():
    front = Frontend(FrontendSettings(rate=8000))
    difference = front.frames(NOISE) - front.frames(NOISE / 10)
    assert np.allclose(difference, 2 * np.log(10), atol=1e-3)


def test_a_stream_is_resampled_as_the_whole():
    resampler = Resampler(16000, 8000)
    parts = [resampler.accept(NOISE[first : first + 700]) for first in range(0, 6000, 700)]
    parts.append(resampler.accept(NOISE[:0], last=True))
    whole = resample(Sound(NOISE, 16000), 8000).samples
    assert np.allclose(np.concatenate(parts), whole, atol=1e-5)


def test_speed_changes_the_length():
    assert len(change_speed(NOISE, 1.25)) == 4800
    assert change_speed(NOISE, 1.0) is NOISE


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"kind": "mel"}, "kind of frames"),
        ({"bands": 2}, "frontend.bands: expected at least 3, got 2"),
        ({"kind": "mfcc", "coefficients": 41}, "expected at most the 40 bands, got 41"),
        ({"shift_ms": 30.0}, "shift_ms 30 and window_ms 25"),
    ],
)
def test_wrong_settings_are_refused(values, text):
    with pytest.raises(SettingsError) as caught:
        FrontendSettings(**values)
    assert text in str(caught.value)


def test_two_channels_are_refused():
    with pytest.raises(ShapeError, match="Mix the channels first"):
        Frontend(FrontendSettings()).frames(np.zeros((2, 100), np.float32))
