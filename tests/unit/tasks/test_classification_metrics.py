import numpy as np
import pytest
from sklearn.metrics import f1_score

from hiddenstate.errors import InputError
from hiddenstate.records import Classification
from hiddenstate.tasks.classification_metrics import classification_metrics, confusion, per_class, reliability


def result(predicted, truth, *, k=3, probabilities=None) -> Classification:
    n = len(predicted)
    if probabilities is None:
        probabilities = np.full((n, k), 0.1)
        probabilities[np.arange(n), np.maximum(predicted, 0)] = 1 - 0.1 * (k - 1)
    return Classification(
        labels=tuple("abcdef"[:k]),
        probabilities=np.asarray(probabilities, float),
        predicted=np.asarray(predicted),
        texts=("",) * n,
        tokens=((),) * n,
        weights=(np.zeros(0, np.float32),) * n,
        truth=None if truth is None else np.asarray(truth),
    )


def test_figures_equal_those_of_scikit_learn():
    random = np.random.default_rng(0)
    truth, predicted = random.integers(0, 3, (2, 200))
    figures = classification_metrics(result(predicted, truth))
    assert figures["accuracy"] == pytest.approx((truth == predicted).mean())
    assert figures["macro_f1"] == pytest.approx(f1_score(truth, predicted, average="macro"))
    assert figures["ece"] == pytest.approx(abs(0.8 - figures["accuracy"]))


def test_a_class_without_rows_and_answers_does_not_count():
    figures = classification_metrics(result([0, 1], [0, 1], k=3))
    assert figures["macro_f1"] == 1.0


def test_a_label_never_seen_is_wrong_unless_none_of_these_is_answered():
    figures = classification_metrics(result([0, -1, 1], [0, -1, -1]))
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["none_share"] == pytest.approx(1 / 3)
    assert np.isfinite(figures["log_loss"])


def test_confusion_has_a_place_for_none_of_these():
    table = confusion(result([0, 1, -1, 2], [0, 0, 2, -1]))
    assert table.shape == (4, 4)
    assert table[0].tolist() == [1, 1, 0, 0]
    assert table[2].tolist() == [0, 0, 0, 1]
    assert table[3].tolist() == [0, 0, 1, 0]


def test_per_class_without_answers_is_zero_and_no_division():
    rows = per_class(result([0, 0], [0, 1]))
    assert rows[0].precision == 0.5
    assert rows[0].recall == 1.0
    assert (rows[1].precision, rows[1].f1, rows[1].count) == (0.0, 0.0, 1)


def test_reliability_counts_every_known_text_once():
    rows = reliability(result([0, 1, 2, 0], [0, 1, 1, -1]), bins=5)
    assert sum(row.count for row in rows) == 3
    full = next(row for row in rows if row.count)
    assert full.accuracy == pytest.approx(2 / 3)
    assert full.low <= full.confidence <= full.high


def test_several_labels_a_text():
    probabilities = [[0.9, 0.2], [0.7, 0.6]]
    several = Classification(
        ("a", "b"), np.array(probabilities), np.array(probabilities) > 0.5, ("", ""), ((), ()),
        (np.zeros(0, np.float32),) * 2, np.array([[1, 0], [1, 0]], bool), True,
    )  # fmt: skip
    figures = classification_metrics(several)
    assert figures["exact"] == 0.5
    assert figures["micro_f1"] == pytest.approx(4 / 5)
    assert sum(row.count for row in reliability(several)) == 4
    with pytest.raises(InputError, match="expected one label a text"):
        confusion(several)


def test_without_truth():
    with pytest.raises(InputError, match="expected texts with their labels"):
        classification_metrics(result([0], None))


def test_a_method_without_probabilities_has_no_figures_of_them():
    unsure = result([0, 1, 2], [0, 1, 1], probabilities=np.full((3, 3), np.nan))
    assert not unsure.has_probabilities
    assert set(classification_metrics(unsure)) == {"accuracy", "macro_f1", "none_share"}
    with pytest.raises(InputError, match="expected probabilities, got a method without"):
        reliability(unsure)
