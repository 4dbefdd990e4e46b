import subprocess
import sys

import numpy as np
import pytest

from hiddenstate.data.labels import Labels, LabelSettings
from hiddenstate.data.text_split import TextSplitSettings, split_texts
from hiddenstate.data.text_table import load_trec, table_of
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import InputError, SettingsError
from hiddenstate.tasks.classification_metrics import classification_metrics
from hiddenstate.tasks.text_baselines.baseline import LearningRows, TextBaselineSettings
from hiddenstate.tasks.text_baselines.linear import LINEAR_SVM, LOGISTIC_REGRESSION
from hiddenstate.tasks.text_baselines.majority import Majority
from hiddenstate.tasks.text_baselines.registry import TEXT_BASELINES, fit_text_baselines
from hiddenstate.tasks.text_baselines.tfidf import TfidfLinear

NAMES = ["most frequent label", "TF-IDF + logistic regression", "TF-IDF + linear SVM"]


def questions(count=90, seed=0):
    random = np.random.default_rng(seed)
    kinds = {"HUM:ind": "who", "LOC:city": "where", "NUM:date": "when"}
    things = "was it born found written the king a river of gold".split()
    labels = [list(kinds)[row % 3] for row in range(count)]
    texts = [f"{kinds[label]} {' '.join(random.choice(things, 4))} ?" for label in labels]
    return table_of(texts, labels)


def several(count=60, seed=0):
    """Each label is said by a word of its own; "news" is everywhere, "rare" nowhere."""
    random = np.random.default_rng(seed)
    marks = random.random((count, 2)) < 0.5
    texts = [
        " ".join(["the", *(word for word, on in zip(["goal", "vote"], row, strict=True) if on)])
        for row in marks
    ]
    labels = [
        ";".join(["news", *(name for name, on in zip(["sport", "politics"], row, strict=True) if on)])
        for row in marks
    ]
    return table_of(texts, labels)


def fitted(train, validation, labels, **more):
    rivals = fit_text_baselines(train, validation, labels, **more)
    assert rivals.left_out == {}
    return [rival.baseline for rival in rivals.fitted]


@pytest.mark.parametrize("hierarchy", [None, ":"])
def test_what_words_say_is_learnt_and_the_majority_is_not_more_than_that(hierarchy):
    train, validation, test = questions(), questions(30, 1), questions(30, 2)
    labels = Labels.fit(train.known_labels(), LabelSettings(hierarchy=hierarchy))
    baselines = fitted(train, validation, labels)
    assert [baseline.name for baseline in baselines] == NAMES
    for baseline, accuracy in zip(baselines, [1 / 3, 1.0, 1.0], strict=True):
        result = baseline.predict(test)
        assert result.labels == ("HUM:ind", "LOC:city", "NUM:date")
        assert result.texts == test.texts
        assert [len(part) for part in (result.tokens, result.weights)] == [30, 30]
        assert classification_metrics(result)["accuracy"] == pytest.approx(accuracy)
        assert baseline.predict(table_of(["where"])).truth is None


def test_only_methods_with_probabilities_have_figures_of_them():
    train = questions()
    labels = Labels.fit(train.known_labels())
    majority, regression, svm = fitted(train, questions(30, 1), labels)
    for baseline in (majority, regression):
        result = baseline.predict(questions(30, 2))
        np.testing.assert_allclose(result.probabilities.sum(axis=1), 1.0)
        assert {"log_loss", "ece"} <= set(classification_metrics(result))
    result = svm.predict(questions(30, 2))
    assert not result.has_probabilities
    assert set(classification_metrics(result)) == {"accuracy", "macro_f1", "none_share"}


def test_probabilities_are_calibrated_on_the_validation_rows():
    random = np.random.default_rng(0)

    def noisy(seed, count):
        table = questions(count, seed)
        labels = [random.choice(table.labels) if random.random() < 0.5 else label for label in table.labels]
        return table_of(table.texts, labels)

    train, validation, test = noisy(0, 900), noisy(1, 300), noisy(2, 900)
    baseline = TfidfLinear(LOGISTIC_REGRESSION).fit(rows(train, validation))
    assert baseline.temperature != 1.0
    calibrated = classification_metrics(baseline.predict(test))
    baseline.temperature = 1.0
    assert calibrated["log_loss"] < classification_metrics(baseline.predict(test))["log_loss"]


def test_several_labels_a_text():
    train, test = several(), several(40, 1)
    labels = Labels.fit([*train.known_labels(), "rare"], LabelSettings(separator=";"))
    majority, regression, svm = fitted(train, several(20, 2), labels)
    assert labels.names == ("news", "politics", "rare", "sport")
    for baseline in (regression, svm):
        result = baseline.predict(test)
        assert result.multi_label
        assert classification_metrics(result)["exact"] == 1.0
        # A label of all rows, and one of no row, are answered without a question.
        assert result.predicted[:, 0].all()
        assert not result.predicted[:, 2].any()
    assert majority.predict(test).predicted[:, 0].all()
    assert classification_metrics(majority.predict(test))["exact"] < 0.5


def rows(train, validation, **settings):
    return LearningRows(train, validation, Labels.fit(train.known_labels()), TextBaselineSettings(**settings))


def test_the_validation_rows_are_learnt_from_at_the_end():
    train = table_of(["alpha x", "beta x"] * 10, ["a", "b"] * 10)
    validation = table_of(["gamma x"] * 12, ["b"] * 12)
    for baseline in (Majority(), TfidfLinear(LOGISTIC_REGRESSION), TfidfLinear(LINEAR_SVM)):
        result = baseline.fit(rows(train, validation)).predict(table_of(["gamma"]))
        assert result.labels[result.predicted[0]] == "b"


def test_the_metric_decides_what_is_chosen():
    random = np.random.default_rng(0)
    common, rare = "the film was so and".split(), "odd"

    def table(count):
        labels = ["rare" if random.random() < 0.12 else "common" for _ in range(count)]
        texts = [
            " ".join(
                [
                    *random.choice(common, 3),
                    *([rare] if random.random() < (0.8 if kind == "rare" else 0.15) else []),
                ]
            )
            for kind in labels
        ]
        return table_of(texts, labels)

    train, validation = table(300), table(300)
    chosen = {
        metric: TfidfLinear(LOGISTIC_REGRESSION).fit(rows(train, validation, metric=metric)).choice[1]
        for metric in ("accuracy", "macro_f1")
    }
    assert chosen == {"accuracy": None, "macro_f1": "balanced"}


def test_letters_find_what_words_do_not():
    train = table_of(
        [f"{stem}{end}" for end in "abcdefgh" for stem in ("walking", "jumping")], ["w", "j"] * 8
    )
    validation = table_of(
        [f"{stem}{end}" for end in "pqrs" for stem in ("walking", "jumping")], ["w", "j"] * 4
    )
    test = table_of(["walkingz", "jumpingz"] * 5, ["w", "j"] * 5)
    accuracy = {}
    for letters in ((False,), (False, True)):
        baseline = TfidfLinear(LINEAR_SVM).fit(rows(train, validation, letters=letters))
        assert baseline.choice[0] is (letters == (False, True))
        accuracy[letters] = classification_metrics(baseline.predict(test))["accuracy"]
    assert accuracy == {(False,): 0.5, (False, True): 1.0}


def test_texts_are_cut_as_the_network_cuts_them():
    train = table_of(["1987", "word"] * 5, ["year", "word"] * 5)
    answers = {}
    for fold in (False, True):
        settings = TextBaselineSettings(tokens=TokenSettings(fold_digits=fold))
        _, regression, _ = fitted(train, train.take([]), Labels.fit(train.known_labels()), settings=settings)
        answers[fold] = regression.predict(table_of(["1066"])).probabilities[0, 1]
    assert answers[False] == pytest.approx(0.5, abs=0.1)
    assert answers[True] > 0.7


def test_a_class_that_the_network_does_not_know_is_not_learnt():
    train, labels = questions(), Labels.fit(questions().known_labels())
    strange = table_of([*train.texts, "how many ?"], [*train.known_labels(), "NUM:count"])
    for baseline in fitted(strange, strange, labels):
        assert classification_metrics(baseline.predict(strange))["accuracy"] < 1.0


def test_without_a_validation_row_the_middle_strength_is_taken():
    train = questions()
    baseline = TfidfLinear(LINEAR_SVM).fit(rows(train, train.take([])))
    assert baseline.choice == (False, None, 0.3)
    assert baseline.temperature == 1.0


def test_what_cannot_be_fitted_says_why():
    empty = table_of(["", "  "] * 3, ["a", "b"] * 3)
    rivals = fit_text_baselines(empty, empty.take([]), Labels.fit(["a", "b"]))
    assert [rival.baseline.name for rival in rivals.fitted] == NAMES[:1]
    assert set(rivals.left_out.values()) == {"none of its texts has a word."}
    one = table_of(["x", "y"], ["a", "a"])
    rivals = fit_text_baselines(one, one.take([]), Labels.fit(["a", "b"]))
    assert set(rivals.left_out.values()) == {"its rows have fewer than two classes."}
    nothing = fit_text_baselines(one.take([]), one.take([]), Labels.fit(["a", "b"]))
    assert nothing.left_out["most frequent label"] == "there is no row to learn from."
    with pytest.raises(InputError, match="expected labels, got texts only"):
        fit_text_baselines(table_of(["x"]), one, Labels.fit(["a", "b"]))
    with pytest.raises(SettingsError, match=r'expected a baseline, got "majorty"\. Did you mean "majority"'):
        fit_text_baselines(one, one, Labels.fit(["a", "b"]), names=["majorty"])


def test_empty_and_strange_texts_get_an_answer():
    train = questions()
    for baseline in fitted(train, train.take([]), Labels.fit(train.known_labels())):
        result = baseline.predict(table_of(["", "🙂🙂", "שלום", "word " * 5000]))
        assert len(result.predicted) == 4
        assert baseline.predict(table_of([])).predicted.shape == (0,)


def test_importing_loads_neither_scikit_learn_nor_torch():
    module = "hiddenstate.tasks.text_baselines.registry"
    code = f"import sys, {module}; print(*(m in sys.modules for m in ('sklearn', 'torch')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_every_baseline_has_its_own_name():
    assert len({build().name for build in TEXT_BASELINES.values()}) == len(TEXT_BASELINES)


@pytest.mark.shared
def test_real_questions_are_answered_as_well_as_is_published(shared_data):
    # Zhang & Lee (2003) report 82.0 to 85.8 for a linear SVM on words and pairs of words, six classes.
    train, test = (load_trec(shared_data / f"trec/{part}.label") for part in ("train", "test"))
    coarse = [table_of(t.texts, [label.split(":")[0] for label in t.labels]) for t in (train, test)]
    split = split_texts(coarse[0], TextSplitSettings(validation=0.1, seed=0))
    labels = Labels.fit(coarse[0].known_labels())
    (svm,) = fitted(split.train, split.validation, labels, names=["tfidf_linear_svm"])
    assert classification_metrics(svm.predict(coarse[1]))["accuracy"] > 0.85
