"""The bootstrap knows clear gaps from chance, and the verdict says what it finds."""

import numpy as np
import pytest

from hiddenstate.workflows.comparing.arena import Metric
from hiddenstate.workflows.comparing.standing import Contestant, gap, rank

ACCURACY, MAE = Metric("accuracy", "accuracy", True), Metric("mae", "MAE", False)
COUNTS = np.ones(200)


def one(name, error, *, seeds=3, validation=float("nan"), step_us=None, seed=0):
    random = np.random.default_rng(seed)
    sums = (random.random((seeds, 200)) < error).astype(float)
    recurrent = step_us is not None
    return Contestant(name, sums, validation, 1000 if recurrent else None, step_us)


def test_a_clear_gap_is_clear_and_chance_is_chance():
    good, same, bad = one("good", 0.1), one("same", 0.1, seed=1), one("bad", 0.4, seed=2)
    assert gap(good, bad, COUNTS, ACCURACY).level == "better"
    assert gap(bad, good, COUNTS, ACCURACY).level == "worse"
    assert gap(good, same, COUNTS, ACCURACY).level == "same"
    assert gap(good, bad, COUNTS, ACCURACY).gain == pytest.approx(0.3, abs=0.06)


def test_of_errors_the_gain_is_the_part_saved():
    half, whole = Contestant("a", np.full((1, 50), 1.0)), Contestant("b", np.full((1, 50), 2.0))
    found = gap(half, whole, np.ones(50), MAE)
    assert (found.gain, found.low, found.high) == (0.5, 0.5, 0.5)
    assert found.words(MAE).startswith("50")


def test_what_all_get_wrong_alike_does_not_widen_the_interval():
    random = np.random.default_rng(0)
    hard = random.random(200)
    first = Contestant("a", hard[None])
    second = Contestant("b", hard[None] + 0.05)
    found = gap(first, second, COUNTS, ACCURACY)
    assert found.high - found.low < 1e-9


def test_seeds_that_differ_widen_the_interval():
    calm = Contestant("a", np.full((4, 100), 0.5))
    wild = Contestant("a", np.outer([0.1, 0.3, 0.7, 0.9], np.ones(100)))
    other = Contestant("b", np.full((1, 100), 0.6))
    steady, shaky = (gap(part, other, np.ones(100), ACCURACY) for part in (calm, wild))
    assert shaky.high - shaky.low > 0.3 > steady.high - steady.low


def test_few_blocks_decide_nothing():
    first, second = Contestant("a", np.zeros((2, 3))), Contestant("b", np.ones((2, 3)))
    assert gap(first, second, np.ones(3), ACCURACY).level == "same"


def test_the_verdict_may_be_not_to_use_one():
    found = rank([one("GRU", 0.4, validation=0.2, step_us=2.0), one("linear", 0.1, seed=1)], COUNTS, ACCURACY)
    assert found.level == "worse"
    assert found.text.startswith("Do not use a recurrent network here: linear is better by")
    close = rank([one("GRU", 0.1, validation=0.2, step_us=2.0), one("linear", 0.1, seed=1)], COUNTS, ACCURACY)
    assert close.text.startswith(
        "No clear difference between the GRU and linear: use the simpler one, linear."
    )


def test_the_candidate_is_chosen_on_the_validation_rows():
    lucky = one("lucky", 0.05, validation=0.9, step_us=1.0)
    steady = one("steady", 0.12, validation=0.3, step_us=1.0, seed=1)
    found = rank([lucky, steady, one("linear", 0.5, seed=2)], COUNTS, ACCURACY)
    assert found.winner.name == "steady"
    assert found.text.startswith("Use the steady: it beats linear by")


def test_a_cheaper_one_that_is_as_good_is_named():
    found = rank(
        [
            one("slow", 0.1, validation=0.1, step_us=10.0),
            one("fast", 0.1, validation=0.2, step_us=2.0, seed=1),
            one("linear", 0.5, seed=2),
        ],
        COUNTS,
        ACCURACY,
    )
    assert "The fast is not clearly worse and 5" in found.text
