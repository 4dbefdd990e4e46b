"""Every baseline of text classification by name, and all of them fitted at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from hiddenstate.choices import choose
from hiddenstate.data.labels import Labels
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.tasks.text_baselines.baseline import LearningRows, TextBaseline, TextBaselineSettings
from hiddenstate.tasks.text_baselines.linear import LINEAR_SVM, LOGISTIC_REGRESSION
from hiddenstate.tasks.text_baselines.majority import Majority
from hiddenstate.tasks.text_baselines.tfidf import TfidfLinear

TEXT_BASELINES: dict[str, Callable[[], TextBaseline]] = {
    "majority": Majority,
    "tfidf_logistic_regression": lambda: TfidfLinear(LOGISTIC_REGRESSION),
    "tfidf_linear_svm": lambda: TfidfLinear(LINEAR_SVM),
}


@dataclass(frozen=True)
class FittedTextBaseline:
    """A baseline ready to label texts, and what fitting it cost."""

    baseline: TextBaseline
    seconds: float


@dataclass(frozen=True)
class TextRivals:
    """The baselines that could be fitted, and the reasons why others were left out."""

    fitted: tuple[FittedTextBaseline, ...]
    left_out: dict[str, str]
    """Reason by the baseline's printed name."""


def fit_text_baselines(
    train: TextTable,
    validation: TextTable,
    labels: Labels,
    *,
    settings: TextBaselineSettings | None = None,
    names: Iterable[str] = tuple(TEXT_BASELINES),
) -> TextRivals:
    """Fit the baselines on the rows that the network learns from.

    train, validation: tables with labels, `validation` may have no rows; `labels` as the network knows them.
    Raises `SettingsError` for an unknown name, `InputError` for a table without labels.

    >>> from hiddenstate.data.text_table import table_of
    >>> train = table_of(["who is it", "who was he", "when is it", "when was that"], ["HUM", "HUM", "NUM", "NUM"])
    >>> rivals = fit_text_baselines(train, train.take([]), Labels.fit(train.known_labels()))
    >>> for rival in rivals.fitted:
    ...     answer = rival.baseline.predict(table_of(["when did he"]))
    ...     print(rival.baseline.name, "->", answer.labels[answer.predicted[0]])
    most frequent label -> HUM
    TF-IDF + logistic regression -> NUM
    TF-IDF + linear SVM -> NUM
    """
    train.known_labels(), validation.known_labels()
    rows = LearningRows(train, validation, labels, settings or TextBaselineSettings())
    fitted, left_out = [], {}
    for name in names:
        baseline = choose(TEXT_BASELINES, name, "baseline")()
        begin = perf_counter()
        try:
            fitted.append(FittedTextBaseline(baseline.fit(rows), perf_counter() - begin))
        except InputError as error:
            left_out[baseline.name] = str(error)
    return TextRivals(tuple(fitted), left_out)
