"""TF-IDF baselines of the text benchmarks, tuned on the same validation rows as the network."""

import warnings
from collections.abc import Callable

from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC

from hiddenstate.data.text_table import TextTable

Score = Callable[[list[str], list[str]], float]


def macro_f1(truth: list[str], answers: list[str]) -> float:
    return 100.0 * float(f1_score(truth, answers, average="macro"))


def accuracy(truth: list[str], answers: list[str]) -> float:
    return 100.0 * float(accuracy_score(truth, answers))


def majority(train: TextTable, test: TextTable, score: Score) -> float:
    """Always the most frequent label of the training rows."""
    labels = list(train.known_labels())
    most = max(sorted(set(labels)), key=labels.count)
    return score(list(test.known_labels()), [most] * len(test))


def tfidf(train: TextTable, validation: TextTable, test: TextTable, score: Score) -> dict[str, float]:
    """Logistic regression and a linear SVM on word 1-2-grams, alone and with character 2-5-grams.

    Features, strength and class weights are chosen on the validation rows, then the chosen ones are fitted
    on training and validation rows together; the test rows are read once.
    """
    words = {"ngram_range": (1, 2), "sublinear_tf": True, "token_pattern": r"\S+"}
    letters = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2, "sublinear_tf": True}
    features = {
        "words": lambda: make_union(TfidfVectorizer(**words)),
        "words and letters": lambda: make_union(TfidfVectorizer(**words), TfidfVectorizer(**letters)),
    }
    kinds = {
        "TF-IDF + logistic regression": (LogisticRegression, {"max_iter": 200}, (3.0, 10.0, 30.0)),
        "TF-IDF + linear SVM": (LinearSVC, {}, (0.1, 0.3, 1.0)),
    }
    best: dict[str, tuple[float, str, float, str | None]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for feature, build in features.items():
            reader = build()
            seen, unseen = reader.fit_transform(train.texts), reader.transform(validation.texts)
            for name, (kind, fixed, strengths) in kinds.items():
                for weights in (None, "balanced"):
                    for strength in strengths:
                        model = kind(C=strength, class_weight=weights, **fixed).fit(
                            seen, train.known_labels()
                        )
                        value = score(list(validation.known_labels()), list(model.predict(unseen)))
                        best[name] = max(
                            best.get(name, (-1.0, "", 0.0, None)),
                            (value, feature, strength, weights),
                            key=lambda entry: entry[0],
                        )
        result = {}
        texts = train.texts + validation.texts
        labels = train.known_labels() + validation.known_labels()
        for name, (_, feature, strength, weights) in best.items():
            kind, fixed, _ = kinds[name]
            reader = features[feature]()
            model = kind(C=strength, class_weight=weights, **fixed).fit(reader.fit_transform(texts), labels)
            result[name] = score(list(test.known_labels()), list(model.predict(reader.transform(test.texts))))
    return result
