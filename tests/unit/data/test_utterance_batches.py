"""Recordings as batches."""

import numpy as np
import pytest

from hiddenstate.data.utterance_batches import AugmentSettings, UtteranceBatches, changed
from hiddenstate.errors import SettingsError

LENGTHS = (9, 4, 7, 5, 12, 3)


def batches(**more):
    frames = [np.full((length, 2), row + 1.0, dtype=np.float32) for row, length in enumerate(LENGTHS)]
    letters = [np.full(row, row + 1) for row in range(len(LENGTHS))]
    return UtteranceBatches(frames, letters, batch_size=2, **more)


def test_the_first_epoch_goes_from_short_to_long_and_later_ones_do_not():
    own = batches(seed=0)
    first = [int(length) for batch in own.epoch(1) for length in batch.lengths]
    assert first == sorted(LENGTHS)
    orders = {tuple(int(row) for batch in own.epoch(number) for row in batch.rows) for number in range(2, 8)}
    assert len(orders) > 1
    assert all(sorted(order) == list(range(len(LENGTHS))) for order in orders)


def test_rows_letters_and_padding_belong_together():
    for batch in batches().epoch(1):
        assert batch.letter_counts.tolist() == batch.rows.tolist()
        assert batch.letters.tolist() == [row + 1 for row in batch.rows.tolist() for _ in range(row)]
        for place, row in enumerate(batch.rows.tolist()):
            assert batch.lengths[place] == LENGTHS[row]
            assert (batch.frames[place, : LENGTHS[row]] == row + 1).all()
            assert (batch.frames[place, LENGTHS[row] :] == 0).all()


def test_masks_cover_whole_frames_and_the_same_feature_of_each_block():
    frames = np.ones((50, 6), dtype=np.float32)
    only_time = AugmentSettings(time_masks=1, feature_masks=0, speed=0.0)
    only_features = AugmentSettings(time_masks=0, feature_masks=1, widest_feature_mask=1, speed=0.0)
    random = np.random.default_rng(0)
    gone = [changed(frames, only_time, random) for _ in range(20)]
    assert all(((own == 0).all(axis=1) | (own == 1).all(axis=1)).all() for own in gone)
    assert 0 < max((own[:, 0] == 0).sum() for own in gone) <= 10  # a fifth
    gone = [changed(frames, only_features, random, blocks=2) for _ in range(20)]
    assert any((own == 0).any() for own in gone)
    assert all(
        (own[:, :3] == own[:, 3:]).all() and ((own == 0).all(axis=0) | (own == 1).all(axis=0)).all()
        for own in gone
    )
    assert (frames == 1).all()


def test_speed_makes_recordings_longer_and_shorter_and_keeps_their_ends():
    frames = np.linspace(0, 1, 100, dtype=np.float32)[:, None]
    settings = AugmentSettings(time_masks=0, feature_masks=0, speed=0.2)
    own = [changed(frames, settings, np.random.default_rng(seed)) for seed in range(20)]
    assert min(map(len, own)) < 95
    assert max(map(len, own)) > 105
    assert all(each[0, 0] == 0 and each[-1, 0] == pytest.approx(1) for each in own)


def test_settings_out_of_range_are_refused():
    with pytest.raises(SettingsError, match=r"augment.speed: expected from 0 to below 0.5, got 0.9"):
        AugmentSettings(speed=0.9)
    with pytest.raises(SettingsError, match=r"augment.time_masks: expected 0 or more, got -1"):
        AugmentSettings(time_masks=-1)
