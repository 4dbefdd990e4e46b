"""Cepstra are the cosine transform, and each way to standardise does what it says."""

import json

import numpy as np
import pytest
from scipy.fft import dct

from hiddenstate.data.sound import Preparation
from hiddenstate.data.sound.cepstra import cepstra

RANDOM = np.random.default_rng(0)
TRAINING = [RANDOM.normal(3, 2, (frames, 20)).astype(np.float32) for frames in (40, 60)]
OWN = RANDOM.normal(7, 1, (30, 20)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 7, 20])
def test_cepstra_are_the_first_numbers_of_the_cosine_transform(count):
    expected = dct(OWN.astype(np.float64), norm="ortho", axis=1)[:, :count]
    assert cepstra(OWN, count) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("count", [0, 13])
def test_by_the_utterance(count):
    found = Preparation.fit(TRAINING, "utterance", count)(OWN)
    assert found.mean(axis=0) == pytest.approx(0, abs=1e-4)
    assert found.std(axis=0) == pytest.approx(1, abs=1e-3)


def test_by_its_own_mean_and_the_spread_of_training():
    preparation = Preparation.fit(TRAINING, "mean", 0)
    spread = np.concatenate(TRAINING).std(axis=0)
    assert preparation(OWN) == pytest.approx((OWN - OWN.mean(axis=0)) / spread, abs=1e-4)
    assert preparation(OWN + 5) == pytest.approx(preparation(OWN), abs=1e-4), "loudness does not count"


@pytest.mark.parametrize("count", [0, 13])
def test_by_training_a_frame_needs_no_other(count):
    preparation = Preparation.fit(TRAINING, "training", count)
    assert preparation.live
    assert preparation.features == (count or 20)
    assert preparation.read == 20
    alone = np.concatenate([preparation(OWN[place : place + 1]) for place in range(len(OWN))])
    # One frame and many are multiplied in another order.
    assert alone == pytest.approx(preparation(OWN), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("standard", ["utterance", "mean", "training"])
def test_it_is_the_same_after_it_was_stored(standard):
    preparation = Preparation.fit(TRAINING, standard, 5)
    again = Preparation.from_dict(json.loads(json.dumps(preparation.to_dict())))
    assert np.array_equal(again(OWN), preparation(OWN))
    assert again.live == preparation.live
    assert len(preparation(OWN[:0])) == 0
