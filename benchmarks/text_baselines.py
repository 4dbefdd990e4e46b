"""The plain baselines of the text benchmarks, tuned on the same validation rows as the network."""

from collections.abc import Callable

from sklearn.metrics import accuracy_score, f1_score

from hiddenstate.data.labels import Labels
from hiddenstate.data.text_table import TextTable
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.tasks.text_baselines.baseline import TextBaselineSettings
from hiddenstate.tasks.text_baselines.registry import fit_text_baselines

Score = Callable[[list[str], list[str]], float]


def macro_f1(truth: list[str], answers: list[str]) -> float:
    return 100.0 * float(f1_score(truth, answers, average="macro"))


def accuracy(truth: list[str], answers: list[str]) -> float:
    return 100.0 * float(accuracy_score(truth, answers))


def majority(train: TextTable, test: TextTable, score: Score) -> float:
    """Always the most frequent label of the training rows."""
    return _scores(train, train.take([]), test, score, ("majority",))["most frequent label"]


def tfidf(train: TextTable, validation: TextTable, test: TextTable, score: Score) -> dict[str, float]:
    """Logistic regression and a linear SVM on words and pairs of words, alone and with runs of 2 to 5 letters.

    Features, strength and class weights are chosen on the validation rows, then the chosen ones are fitted
    on training and validation rows together; the test rows are read once.
    """
    return _scores(train, validation, test, score, ("tfidf_logistic_regression", "tfidf_linear_svm"))


def _scores(
    train: TextTable, validation: TextTable, test: TextTable, score: Score, names: tuple[str, ...]
) -> dict[str, float]:
    settings = TextBaselineSettings(
        tokens=TokenSettings(unit="whitespace"),
        metric="macro_f1" if score is macro_f1 else "accuracy",
        letters=(False, True),
    )
    labels = Labels.fit(train.known_labels() + validation.known_labels())
    rivals = fit_text_baselines(train, validation, labels, settings=settings, names=names)
    result = {}
    for rival in rivals.fitted:
        answers = rival.baseline.predict(test)
        named = [answers.labels[number] for number in answers.predicted]
        result[rival.baseline.name] = score(list(test.known_labels()), named)
    return result
