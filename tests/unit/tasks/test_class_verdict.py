import numpy as np
import pytest
from sklearn.metrics import f1_score

from hiddenstate.errors import InputError, SettingsError, ShapeError
from hiddenstate.records import Classification
from hiddenstate.tasks.class_verdict import MEASURES, judge_classes, marks_of
from hiddenstate.tasks.classification_metrics import classification_metrics


def record(predicted, truth, *, texts=None, k=3):
    predicted, truth = np.asarray(predicted), None if truth is None else np.asarray(truth)
    n, multi = len(predicted), predicted.ndim == 2
    return Classification(
        labels=tuple("abcdef"[:k]),
        probabilities=np.full((n, k), np.nan),
        predicted=predicted,
        texts=texts or tuple(f"text {row}" for row in range(n)),
        tokens=((),) * n,
        weights=(np.zeros(0, np.float32),) * n,
        truth=truth,
        multi_label=multi,
    )


def with_errors(truth, wrong, **more):
    """Answers that are right but in the rows `wrong`."""
    predicted = truth.copy()
    predicted[wrong] = (predicted[wrong] + 1) % 3
    return record(predicted, truth, **more)


TRUTH = np.random.default_rng(0).integers(0, 3, 400)


def test_a_steady_gain_is_seen_because_answers_are_compared_in_pairs():
    # Both miss the same 80 texts; the model misses 4 more, the baseline 20 more.
    results = {
        "majority": record(np.zeros(400, int), TRUTH),
        "BiLSTM": with_errors(TRUTH, np.arange(84)),
        "TF-IDF": with_errors(TRUTH, np.r_[0:80, 100:120]),
    }
    verdict = judge_classes("BiLSTM", results)
    assert (verdict.level, verdict.best_baseline) == ("better", "TF-IDF")
    assert verdict.gain == pytest.approx(0.04)
    assert 0 < verdict.low < 0.04 < verdict.high < 0.07
    assert verdict.text.startswith(
        "The BiLSTM beats the best baseline (TF-IDF) by 4.0 points of accuracy: 79.0 % against 75.0 % (95 %"
    )


def test_a_better_baseline_is_recommended():
    results = {"GRU": with_errors(TRUTH, np.arange(60)), "TF-IDF": with_errors(TRUTH, np.arange(20))}
    verdict = judge_classes("GRU", results)
    assert verdict.level == "worse"
    assert verdict.text.startswith(
        "Do not use a recurrent network here: TF-IDF is better; the GRU has 10.0 points of accuracy less: "
        "85.0 % against 95.0 %"
    )


def test_no_clear_difference_says_so():
    results = {"GRU": with_errors(TRUTH, np.arange(40)), "TF-IDF": with_errors(TRUTH, np.arange(38, 80))}
    verdict = judge_classes("GRU", results)
    assert verdict.level == "same"
    assert "use the simpler one. Accuracy 90.0 % against 89.5 %" in verdict.text


def test_few_texts_that_tell_them_apart_are_no_evidence():
    results = {"GRU": with_errors(TRUTH, []), "TF-IDF": with_errors(TRUTH, np.arange(5))}
    verdict = judge_classes("GRU", results)
    assert (verdict.low > 0, verdict.level) == (True, "same")
    more = {"GRU": with_errors(TRUTH, []), "TF-IDF": with_errors(TRUTH, np.arange(6))}
    assert judge_classes("GRU", more).level == "better"


def test_a_small_test_gives_no_verdict():
    truth = TRUTH[:15]
    verdict = judge_classes(
        "GRU", {"GRU": with_errors(truth, []), "majority": with_errors(truth, np.arange(12))}
    )
    assert verdict.level == "same"
    assert verdict.text == (
        "Too small a test to tell: only 15 different texts. There the GRU has 100.0 % accuracy, majority 20.0 %."
    )


def test_equal_texts_are_one_piece_of_evidence():
    truth = TRUTH[:100]
    once = {"m": with_errors(truth, np.arange(20)), "n": with_errors(truth, np.arange(15, 45))}
    texts = tuple(f"{'Same' if row >= 100 else 'same'}  {row % 100}" for row in range(800))
    repeated = {
        name: record(np.tile(result.predicted, 8), np.tile(truth, 8), texts=texts)
        for name, result in once.items()
    }
    one, many = judge_classes("m", once), judge_classes("m", repeated)
    assert (many.low, many.high) == pytest.approx((one.low, one.high), abs=0.01)
    naive = {name: record(r.predicted, r.truth) for name, r in repeated.items()}
    told_apart = judge_classes("m", naive)
    assert told_apart.high - told_apart.low < 0.5 * (one.high - one.low)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_the_interval_is_that_of_a_plain_bootstrap(metric):
    random = np.random.default_rng(3)
    truth = random.integers(0, 3, 120)
    model = np.where(random.random(120) < 0.8, truth, random.integers(-1, 3, 120))
    other = np.where(random.random(120) < 0.7, truth, random.integers(0, 3, 120))
    verdict = judge_classes("m", {"m": record(model, truth), "n": record(other, truth)}, metric=metric)
    gains = []
    for _ in range(2000):
        rows = random.integers(0, 120, 120)
        one, two = (
            classification_metrics(record(answers[rows], truth[rows]))[metric] for answers in (model, other)
        )
        gains.append(one - two)
    assert (verdict.low, verdict.high) == pytest.approx(np.quantile(gains, [0.025, 0.975]), abs=0.012)
    assert verdict.gain == pytest.approx(
        classification_metrics(record(model, truth))[metric]
        - classification_metrics(record(other, truth))[metric]
    )


def test_measures_equal_those_of_the_table_and_of_scikit_learn():
    random = np.random.default_rng(1)
    truth, predicted = random.random((2, 50, 4)) < 0.3
    several = record(predicted, truth, k=4)
    figures = classification_metrics(several)
    values = {
        name: float(measure(np.ones((1, 50)), marks_of(several))[0])
        for name, (measure, _) in MEASURES.items()
    }
    assert values["accuracy"] == pytest.approx(figures["exact"])
    assert values["micro_f1"] == pytest.approx(figures["micro_f1"])
    assert values["macro_f1"] == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_macro_f1_can_turn_the_verdict():
    truth = np.r_[np.zeros(360, int), np.ones(40, int)]
    rare = truth.copy()
    rare[:30] = 1  # finds the rare class, with false alarms
    results = {"GRU": record(rare, truth, k=2), "majority": record(np.zeros(400, int), truth, k=2)}
    assert judge_classes("GRU", results).level == "same"
    verdict = judge_classes("GRU", results, metric="macro_f1")
    assert verdict.level == "better"
    assert " points of macro-F1: " in verdict.text


def test_the_same_answers_always_give_the_same_verdict():
    results = {"m": with_errors(TRUTH, np.arange(50)), "n": with_errors(TRUTH, np.arange(30, 90))}
    assert judge_classes("m", results) == judge_classes("m", results)
    drawn = [judge_classes("m", results, metric="macro_f1", seed=seed) for seed in (0, 1)]
    assert drawn[0].low != drawn[1].low


def test_bad_input():
    right = record(TRUTH, TRUTH)
    with pytest.raises(InputError, match='expected answers of "m" and of a baseline'):
        judge_classes("m", {"m": right})
    with pytest.raises(InputError, match='expected labelled texts, got none for "n"'):
        judge_classes("m", {"m": right, "n": record(TRUTH, None)})
    with pytest.raises(ShapeError, match='of "n" for the texts and labels of "m"'):
        judge_classes("m", {"m": right, "n": record(TRUTH[:5], TRUTH[:5])})
    with pytest.raises(SettingsError, match='Did you mean "macro_f1"'):
        judge_classes("m", {"m": right, "n": right}, metric="macrof1")
