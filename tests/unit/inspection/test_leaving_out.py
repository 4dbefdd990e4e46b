import numpy as np
import pytest

from hiddenstate.inspection.leaving_out import faithfulness, leave_one_out, rank_correlation

VALUES = np.array([5.0, 1.0, 0.0, 3.0])


def additive(away):
    """An output that is the sum of what is still there."""
    return (~away @ VALUES).astype(float)


def test_what_is_left_out_of_a_sum_was_its_term():
    np.testing.assert_allclose(leave_one_out(additive, 4), VALUES)


def test_true_shares_beat_random_orders_and_false_ones_do_not():
    right, wrong = faithfulness(additive, {"right": VALUES, "wrong": -VALUES}, output="sum", random_orders=30)
    assert right.order.tolist() == [0, 3, 1, 2]
    assert right.removed.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(right.curve, [9, 4, 1, 0, 0])
    assert right.score > 1 > -1 > wrong.score
    assert (right.beats > 0.9, wrong.beats < 0.1) == (True, True)
    assert (right.believable, wrong.believable) == (right.beats >= 0.95, False)
    assert right.random is wrong.random or (right.random == wrong.random).all()


def test_equal_parts_are_no_better_than_chance():
    (curve,) = faithfulness(lambda away: 1.0 * (~away).sum(axis=1), {"any": np.arange(6.0)}, output="count")
    assert curve.score == pytest.approx(0.0)
    assert curve.beats == 0.5
    assert not curve.believable


def test_many_parts_are_taken_away_several_at_once():
    values = np.arange(200.0)
    (curve,) = faithfulness(lambda away: ~away @ values, {"sum": values}, output="sum", random_orders=3)
    assert len(curve.removed) == 21
    assert (curve.removed[0], curve.removed[-1], curve.curve[-1]) == (0, 200, 0.0)


@pytest.mark.parametrize("parts", [0, 1])
def test_too_little_to_take_away(parts):
    (curve,) = faithfulness(lambda away: np.ones(len(away)), {"m": np.ones(parts)}, output="o")
    assert np.isnan(curve.score)
    assert curve.believable is None


def test_ranks_of_equal_values_are_averaged():
    assert rank_correlation(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 5.0, 5.0, 9.0])) == pytest.approx(
        1.0
    )
    assert rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0])) == pytest.approx(-1.0)
    assert np.isnan(rank_correlation(np.array([1.0, 1.0]), np.array([1.0, 2.0])))
    assert np.isnan(rank_correlation(np.array([1.0]), np.array([1.0])))
