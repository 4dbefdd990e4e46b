"""Ready-made features are read as they stand; broken files are refused. Standardising gives mean 0, spread 1."""

import numpy as np
import pytest

from hiddenstate.data.sound import Standardiser, read_features, standardise_utterance
from hiddenstate.errors import InputError

FRAMES = np.random.default_rng(0).normal(3, 2, (50, 13)).astype(np.float32)


def mfc(path, frames=FRAMES, cut=0):
    data = frames.size.to_bytes(4, "big") + frames.astype(">f4").tobytes()
    path.write_bytes(data[: len(data) - cut])
    return path


def test_both_kinds_of_files(tmp_path):
    np.save(tmp_path / "a.npy", FRAMES)
    assert np.array_equal(read_features(tmp_path / "a.npy"), FRAMES)
    assert np.array_equal(read_features(mfc(tmp_path / "a.mfc")), FRAMES)


def test_broken_files_are_refused(tmp_path):
    np.save(tmp_path / "flat.npy", FRAMES[0])
    np.save(tmp_path / "none.npy", FRAMES[:0])
    np.save(tmp_path / "nan.npy", np.where(np.arange(50)[:, None] == 7, np.nan, FRAMES))
    (tmp_path / "text.npy").write_text("no array")
    (tmp_path / "a.htk").write_text("x")
    mfc(tmp_path / "short.mfc", cut=3)
    mfc(tmp_path / "odd.mfc", FRAMES.ravel()[:-1])
    for name, text in [
        ("flat.npy", "expected numbers of shape (frames, features), got the shape (13,)"),
        ("none.npy", "expected frames, got none"),
        ("nan.npy", "got 1 frame(s) with values that are none, the first is frame 7"),
        ("text.npy", "got a damaged file"),
        ("a.htk", 'expected features in .npy or .mfc, got ".htk"'),
        ("short.mfc", "expected 4 bytes for each of the 650 numbers that it counts, got 2,597 bytes"),
        ("odd.mfc", "expected frames of 13 numbers, got 649 numbers in all"),
    ]:
        with pytest.raises(InputError) as caught:
            read_features(tmp_path / name)
        assert text in str(caught.value)


def test_standardising_an_utterance():
    result = standardise_utterance(FRAMES * 7 + 3)
    assert np.allclose(result.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(result.std(axis=0), 1, atol=1e-4)
    assert np.abs(standardise_utterance(np.full((4, 2), 3.0, np.float32))).max() == 0.0


def test_standardising_by_the_training_set():
    parts = [FRAMES[:20], FRAMES[20:] + 1]
    standardiser = Standardiser.from_dict(Standardiser.fit(parts).to_dict())
    result = np.concatenate([standardiser(part) for part in parts])
    assert np.allclose(result.mean(axis=0), 0, atol=1e-4)
    assert np.allclose(result.std(axis=0), 1, atol=1e-4)
    with pytest.raises(InputError, match="expected at least one to standardise by"):
        Standardiser.fit([])
