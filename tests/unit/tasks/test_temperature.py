import numpy as np
import pytest

from hiddenstate.tasks.temperature import calibration_error, fit_temperature, log_loss, soften
from hiddenstate.tasks.threshold import fit_threshold


def softmax(logits):
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def sample(rows=4000, classes=4, seed=0):
    """Logits whose softmax is the truth's own distribution."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (rows, classes))
    truth = np.array([random.choice(classes, p=p) for p in softmax(logits)])
    return logits, truth


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_put_in_is_found(factor):
    logits, truth = sample()
    assert fit_temperature(softmax(logits * factor), truth) == pytest.approx(factor, rel=0.08)


def test_calibrating_an_overconfident_network_lowers_loss_and_ece():
    logits, truth = sample()
    sure = softmax(logits * 3)
    calm = soften(sure, fit_temperature(sure, truth))
    assert log_loss(calm, truth) < log_loss(sure, truth) - 0.1

    def ece(p):
        return calibration_error(p.max(1), p.argmax(1) == truth)

    assert ece(sure) > 0.1
    assert ece(calm) < 0.03
    np.testing.assert_array_equal(sure.argmax(1), calm.argmax(1))


def test_several_labels_a_text():
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (3000, 3))
    truth = (random.random((3000, 3)) < 1 / (1 + np.exp(-logits))).astype(int)
    sure = 1 / (1 + np.exp(-2 * logits))
    assert fit_temperature(sure, truth, multi_label=True) == pytest.approx(2.0, rel=0.08)


def test_certainty_and_no_rows_are_no_error():
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, int)) == 1.0
    assert np.isfinite(soften(np.array([[1.0, 0.0]]), 3.0)).all()
    assert np.isnan(calibration_error(np.zeros(0), np.zeros(0, bool)))
    assert calibration_error(np.ones(3), np.ones(3, bool)) == 0.0


def test_the_threshold_parts_rows_inside_from_those_outside():
    sure = np.array([[0.95, 0.05], [0.1, 0.9], [0.55, 0.45], [0.6, 0.4]])
    outside = np.array([False, False, True, True])
    assert fit_threshold(sure, np.array([0, 1, -1, -1]), outside, 0.0) == pytest.approx(0.75)


def test_without_rows_outside_a_share_of_right_answers_is_given_up():
    confidence = np.linspace(0.5, 1.0, 101)
    sure = np.stack([confidence, 1 - confidence], axis=1)
    none = np.zeros(101, bool)
    assert fit_threshold(sure, np.zeros(101, int), none, 0.1) == pytest.approx(0.55)
    assert fit_threshold(sure, np.zeros(101, int), none, 0.0) is None
