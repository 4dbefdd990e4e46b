"""Recordings glued to a stream: where they stand, and what stands between them."""

import numpy as np
import pytest

from hiddenstate.data.sound.gluing import LONGEST_GAP, SHORTEST_GAP, glue

RATE = 8000
SOUNDS = [0.5 * np.sin(np.arange(count) / 3).astype(np.float32) for count in (4000, 2000, 6000)]


def glued(seed=0, **more):
    return glue(SOUNDS * 5, ["a", None, "b"] * 5, RATE, np.random.default_rng(seed), **more)


def gaps(stream):
    ends = [0.0, *(span.end for span in stream.spans)]
    begins = [*(span.begin for span in stream.spans), stream.seconds]
    return [
        stream.samples[round(end * RATE) : round(begin * RATE)]
        for end, begin in zip(ends, begins, strict=True)
    ]


def test_every_sound_stands_where_its_span_says():
    stream = glued()
    assert [span.label for span in stream.spans] == ["a", None, "b"] * 5
    for span, sound in zip(stream.spans, SOUNDS * 5, strict=True):
        part = stream.samples[round(span.begin * RATE) : round(span.end * RATE)]
        assert np.abs(part - sound).max() < 0.005  # the hiss is 60 dB below
    assert stream.seconds == pytest.approx(len(stream.samples) / RATE)


def test_gaps_are_quiet_or_hold_a_noise_no_louder_than_the_sounds():
    found = gaps(glued())
    assert all(SHORTEST_GAP <= len(gap) / RATE <= LONGEST_GAP for gap in found)
    levels = np.array([np.sqrt(np.mean(gap**2)) for gap in found])
    quiet = levels < 0.001
    assert 3 < quiet.sum() < 13
    assert levels.max() < 0.36  # a sine of 0.5
    assert min(np.sqrt(np.mean(gap**2)) for gap in found) > 1e-4  # hiss, not nothing


def test_the_users_own_noise_stands_in_the_gaps():
    tone = np.sin(np.arange(3000) * 2 * np.pi * 1000 / RATE).astype(np.float32)
    loudest = max(gaps(glued(noise=[tone])), key=lambda gap: float(np.abs(gap).max()))
    spectrum = np.abs(np.fft.rfft(loudest))
    assert np.fft.rfftfreq(len(loudest), 1 / RATE)[spectrum.argmax()] == pytest.approx(1000, abs=20)


def test_the_same_seed_gives_the_same_stream():
    assert np.array_equal(glued(1).samples, glued(1).samples)
    assert len(glued(1).samples) != len(glued(2).samples)
