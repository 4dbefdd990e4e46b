"""N-grams against counting by hand."""

import math

import numpy as np
import pytest

from hiddenstate.data.units import Units, UnitSettings
from hiddenstate.tasks.language_baselines.n_grams import NGrams
from hiddenstate.tasks.language_baselines.registry import fit_language_baselines


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_sum_to_one_after_seen_and_unseen_contexts(order):
    numbers = np.random.default_rng(0).integers(0, 5, 300)
    grams = NGrams.fit(numbers, size=6, order=order)
    for context in (numbers[40:46], np.array([5, 5, 5, 5, 5, 5])):
        shares = [math.exp(-grams.nats(np.append(context, unit))[-1]) for unit in range(6)]
        assert sum(shares) == pytest.approx(1.0)
        assert min(shares) > 0


def test_kneser_ney_of_pairs_by_hand():
    numbers = np.array([0, 1, 0, 1, 0, 2])  # pairs: 01 twice, 10 twice, 02 once
    grams = NGrams.fit(numbers, size=3, order=2)
    # Of pairs one is seen once, two twice: D = 1 / 5. Each unit follows one other: 1/3 each, by D = 1/2 (no twice).
    lower = (1 - 0.5) / 3 + 0.5 * 3 / 3 / 3
    expected = (2 - 0.2) / 3 + 0.2 * 2 / 3 * lower
    assert math.exp(-grams.nats(np.array([0, 1]))[0]) == pytest.approx(expected)


def test_an_order_that_keys_cannot_hold_is_lowered():
    numbers = np.random.default_rng(0).integers(0, 10_000, 200)
    assert len(NGrams.fit(numbers, size=10_000, order=9).orders) == 4


def test_the_order_is_chosen_on_the_validation_text():
    text = "abcabdabcabd" * 60
    units = Units.fit(text, UnitSettings())
    rivals = fit_language_baselines(units, text, "abcabdabcabd" * 5)
    names = [rival.name for rival in rivals]
    assert names[:2] == ["all equally likely", "as often as in training"]
    found = {
        rival.name: rival.measure(units, "abcabdabcabd" * 5).metrics()["bits_per_char"] for rival in rivals
    }
    assert found["all equally likely"] == pytest.approx(2.0)
    assert found[names[2]] < 0.5 < found["as often as in training"]
