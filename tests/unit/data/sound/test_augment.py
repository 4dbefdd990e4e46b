"""Each part of the augmentation does what its setting says; masks and splits keep their promises."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.sound.augment import AugmentSettings, hiss, mask, mix, pause, vary_sound, warp_bands
from hiddenstate.data.sound.batches import Preparing, SoundBatches, Varying
from hiddenstate.data.sound.split import SoundSplitSettings, split_recordings
from hiddenstate.data.sound.stacking import stack_frames
from hiddenstate.data.sound.standardise import standardise_utterance
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError, SettingsError

FRAMES = np.random.default_rng(0).normal(5, 2, (60, 20)).astype(np.float32)
NOTHING = AugmentSettings(
    time_masks=0, frequency_masks=0, speed=0.0, warp=0.0, gain_db=0.0, tilt_db=0.0, hiss=0.0, pause=0
)


def random(seed=0):
    return np.random.default_rng(seed)


@given(seed=st.integers(0, 50), share=st.floats(0.01, 0.49))
def test_masks_hide_no_more_than_their_share(seed, share):
    settings = AugmentSettings(time_masks=1, frequency_masks=0, time_share=share)
    hidden = (mask(FRAMES, settings, random(seed)) == 0).all(axis=1).sum()
    assert hidden <= share * 60
    settings = AugmentSettings(time_masks=0, frequency_masks=1, frequency_share=share)
    assert (mask(FRAMES, settings, random(seed)) == 0).all(axis=0).sum() <= share * 20


def test_masks_hide_something_and_leave_the_original_alone():
    before = FRAMES.copy()
    assert (mask(FRAMES, AugmentSettings(time_share=0.4), random()) == 0).any()
    assert np.array_equal(FRAMES, before)


def test_gain_moves_all_bands_alike():
    settings = replace(NOTHING, gain_db=10.0)
    moved = vary_sound(FRAMES, settings, random()) - FRAMES
    assert np.ptp(moved) < 1e-4
    assert 0 < abs(moved.mean()) <= np.log(10)


def test_without_any_part_nothing_changes():
    assert np.array_equal(vary_sound(FRAMES, NOTHING, random()), FRAMES)


def test_a_tilt_turns_about_the_middle():
    moved = vary_sound(FRAMES, replace(NOTHING, tilt_db=3.0), random()) - FRAMES
    assert np.ptp(moved, axis=0).max() < 1e-5, "every frame alike"
    assert abs(moved[0, 0] + moved[0, -1]) < 1e-5 < abs(moved[0, 0])


def test_pauses_are_as_quiet_as_each_band_ever_is():
    longer = pause(FRAMES, 2, 3)
    assert len(longer) == 65
    assert np.array_equal(longer[2:62], FRAMES)
    assert np.array_equal(longer[0], FRAMES.min(axis=0))
    assert np.array_equal(longer[-1], longer[0])
    lengths = {len(vary_sound(FRAMES, replace(NOTHING, pause=4), random(seed))) for seed in range(30)}
    assert min(lengths) >= 60
    assert max(lengths) <= 68
    assert len(lengths) > 3


def test_a_hiss_fills_what_is_quieter_than_it():
    faint = hiss(FRAMES, 100.0, random())
    assert np.abs(faint - FRAMES).max() < 0.01
    loud = hiss(FRAMES, 0.0, random())
    assert loud.min() > FRAMES.min() + 5
    assert (loud >= FRAMES - 1e-5).all()
    changed = [
        not np.array_equal(vary_sound(FRAMES, replace(NOTHING, hiss=0.5), random(seed)), FRAMES)
        for seed in range(40)
    ]
    assert 10 < sum(changed) < 30


def test_warping_moves_the_peak_of_a_band():
    peak = np.zeros((1, 20), np.float32)
    peak[0, 10] = 1.0
    assert warp_bands(peak, 1.25).argmax() == 8
    assert np.array_equal(warp_bands(peak, 1.0), peak)


def test_noise_adds_energy_where_it_says():
    quiet = mix(FRAMES, FRAMES, 60.0, random())
    assert np.abs(quiet - FRAMES).max() < 0.1
    assert (mix(FRAMES, FRAMES, 0.0, random()) > FRAMES).all()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"speed": 0.5}, "augment.speed: expected from 0 to below 0.5, got 0.5"),
        ({"time_masks": -1}, "augment.time_masks: expected 0 or more, got -1"),
    ],
)
def test_wrong_settings_are_refused(values, text):
    with pytest.raises(SettingsError) as caught:
        AugmentSettings(**values)
    assert text in str(caught.value)


@given(length=st.integers(1, 30), context=st.integers(1, 6), stride=st.integers(1, 4))
def test_a_stack_looks_back_and_never_ahead(length, context, stride):
    frames = FRAMES[:length]
    stacked = stack_frames(frames, context, stride)
    assert stacked.shape == (-(-length // stride), context * 20)
    for step, row in enumerate(stacked.reshape(len(stacked), context, 20)):
        for place in range(context):
            wanted = step * stride - (context - 1) + place
            assert np.array_equal(row[place], frames[wanted] if wanted >= 0 else np.zeros(20))


def test_batches_are_new_in_each_epoch_and_the_same_for_a_seed():
    copies = [[FRAMES[: 10 + number]] for number in range(7)]
    targets = np.arange(7)
    preparing = Preparing(standardise_utterance, context=3, stride=2)

    def epoch(number, seed=1):
        varying = Varying(AugmentSettings(), seed, log_mel=True)
        batches = SoundBatches(copies, targets, preparing, batch_size=3, varying=varying)
        return list(batches.epoch(number))

    assert sorted(row for batch in epoch(1) for row in batch.rows.tolist()) == list(range(7))
    for one, other in zip(epoch(1), epoch(1), strict=True):
        assert one.frames.equal(other.frames)
    assert any(not torch.equal(a.frames, b.frames) for a, b in zip(epoch(1), epoch(2), strict=True))
    for batch in epoch(1):
        for row, length in zip(batch.frames, batch.lengths.tolist(), strict=True):
            assert not row[length:].any()


def speakers(count, each=10):
    names = [f"s{number}" for number in range(count) for _ in range(each)]
    files = tuple(f"{place}.wav" for place in range(len(names)))
    return TextTable(files, ("a", "b") * (len(names) // 2), "t.csv", groups=tuple(names))


@given(count=st.integers(3, 9), seed=st.integers(0, 20))
def test_whole_speakers_in_each_part(count, seed):
    table = speakers(count)
    parts = split_recordings(table, SoundSplitSettings(seed=seed))
    heard = [{table.groups[row] for row in rows} for rows in parts]
    assert all(heard)
    assert sum(map(len, heard)) == count
    assert sorted(row for rows in parts for row in rows) == list(range(len(table)))


def test_a_random_split_and_too_few_speakers():
    table = speakers(2)
    with pytest.raises(InputError, match="expected at least 3 groups, one for each part, got 2"):
        split_recordings(table, SoundSplitSettings())
    train, _, test = split_recordings(table, SoundSplitSettings(random=True))
    assert {table.groups[row] for row in train} & {table.groups[row] for row in test}
    with pytest.raises(SettingsError, match=r"split\.validation: expected a share above 0"):
        SoundSplitSettings(validation=0.0)
