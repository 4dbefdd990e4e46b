"""Sound files of every kind give the same samples; a broken one is refused with what to do."""

import numpy as np
import pytest

from hiddenstate.data.sound import read_blocks, read_sound, resample
from hiddenstate.errors import InputError

soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
pytest.importorskip("soxr", reason="the extra 'audio' is not installed")

TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(4000) / 8000)).astype(np.float32)


def written(path, samples=TONE, rate=8000, **more):
    soundfile.write(path, samples, rate, **more)
    return path


@pytest.mark.parametrize(
    ("subtype", "step"),
    [("PCM_U8", 2**-7), ("PCM_16", 2**-15), ("PCM_24", 2**-23), ("PCM_32", 2**-24), ("FLOAT", 0)],
)
def test_every_sample_format_gives_the_same_samples(tmp_path, subtype, step):
    sound = read_sound(written(tmp_path / "a.wav", subtype=subtype))
    assert sound.rate == 8000
    assert sound.samples.dtype == np.float32
    assert np.abs(sound.samples - TONE).max() <= step


def test_flac_and_ogg(tmp_path):
    assert np.abs(read_sound(written(tmp_path / "a.flac")).samples - TONE).max() <= 2**-15
    ogg = read_sound(written(tmp_path / "a.ogg")).samples
    assert len(ogg) == len(TONE)
    assert np.abs(ogg - TONE).max() < 0.1


def test_stereo_is_mixed_down(tmp_path):
    both = np.stack([TONE, np.zeros_like(TONE)], axis=1)
    assert np.abs(read_sound(written(tmp_path / "a.wav", both)).samples - TONE / 2).max() <= 2**-15


def test_blocks_are_the_whole_sound(tmp_path):
    path = written(tmp_path / "a.wav")
    blocks = list(read_blocks(path, seconds=0.15))
    assert [len(block.samples) for block in blocks] == [1200, 1200, 1200, 400]
    assert np.array_equal(np.concatenate([block.samples for block in blocks]), read_sound(path).samples)


def test_rates_meet(tmp_path):
    fast = np.sin(2 * np.pi * 440 * np.arange(24000) / 48000).astype(np.float32) / 2
    sound = resample(read_sound(written(tmp_path / "a.wav", fast, 48000, subtype="FLOAT")), 8000)
    assert sound.rate == 8000
    assert len(sound.samples) == 4000
    assert np.abs(sound.samples[200:-200] - TONE[200:-200]).max() < 1e-3


def test_clipping_and_silence_are_seen(tmp_path):
    assert read_sound(written(tmp_path / "loud.wav", np.clip(TONE * 9, -1, 1))).clipped
    assert read_sound(written(tmp_path / "quiet.wav", TONE * 0)).silent
    fine = read_sound(written(tmp_path / "fine.wav"))
    assert not fine.clipped
    assert not fine.silent


def broken(tmp_path, name):
    path = tmp_path / f"{name}.wav"
    if name == "text":
        path.write_text("this is no sound")
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "none":
        written(path, TONE[:0])
    elif name == "header":
        path.write_bytes(written(tmp_path / "whole.wav").read_bytes()[:30])
    elif name == "nan":
        bad = TONE.copy()
        bad[800] = np.nan
        written(path, bad, subtype="FLOAT")
    elif name == "folder":
        path.mkdir()
    elif name == "long":
        written(path, np.tile(TONE, 20))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text", "expected a sound file (WAV, FLAC, OGG), got one that cannot be read"),
        ("empty", "got an empty file"),
        ("none", "got a file without samples. Leave it out."),
        ("header", "got one that cannot be read"),
        ("nan", "got 1 sample(s) that are none, the first at 0.100 s. Repair the recording."),
        ("folder", "expected a file, got a folder"),
        ("missing", "expected a file, found none"),
        ("long", "expected at most 9 s of sound, got 0:00:10. Cut it into pieces"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, name, text):
    path = broken(tmp_path, name)
    with pytest.raises(InputError, match=r"^.*: expected ") as caught:
        read_sound(path, longest_seconds=9)
    assert text in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_ends_early_is_refused(tmp_path):
    path = written(tmp_path / "a.flac", np.random.default_rng(0).uniform(-1, 1, 40000).astype(np.float32))
    path.write_bytes(path.read_bytes()[:20000])
    with pytest.raises(InputError, match=r"expected 40,000 samples.*Copy .* again\."):
        read_sound(path)
