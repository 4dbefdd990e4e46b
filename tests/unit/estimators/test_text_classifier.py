"""The estimator keeps scikit-learn's promises, for texts."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from hiddenstate import TextClassifier
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError, SettingsError

TINY = {"hidden_size": 4, "embedding_size": 6, "epochs": 12, "batch_size": 8, "learning_rate": 0.03}
TINY |= {"embedding_dropout": 0.0, "output_dropout": 0.0, "average_decay": None, "validation": 0.0}
WORDS = {"pos": "good great fine superb lovely".split(), "neg": "bad awful poor dire nasty".split()}
THINGS = "film plot end cast song".split()
TEXTS = [
    f"the {thing} was {word}"
    for thing in THINGS
    for pair in zip(*WORDS.values(), strict=True)
    for word in pair
]
LABELS = ["pos", "neg"] * 25


def tiny(**changed):
    return TextClassifier(**(TINY | changed))


@pytest.fixture(scope="module")
def fitted():
    return tiny().fit(TEXTS, LABELS)


def test_it_learns_and_its_columns_are_its_classes(fitted):
    assert fitted.score(TEXTS, LABELS) == 1.0
    assert fitted.classes_.tolist() == ["neg", "pos"]
    probabilities = fitted.predict_proba(["the film was superb", "the film was dire"])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert probabilities.argmax(axis=1).tolist() == [1, 0]
    assert fitted.predict([]).shape == (0,)
    assert fitted.predict_proba([]).shape == (0, 2)


def test_it_shows_what_it_looked_at(fitted):
    result = fitted.explain(["The film was Superb"])
    assert result.tokens == (("The", "film", "was", "Superb"),)
    assert result.weights[0].sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "container",
    [
        list,
        tuple,
        np.array,
        lambda values: np.array(values, dtype=object),
        lambda values: np.array(values)[:, None],
        pd.Series,
        lambda values: pd.DataFrame({"one": values}),
        pl.Series,
        lambda values: pl.DataFrame({"one": values}),
        iter,
    ],
    ids="list tuple array objects column series frame polars polars_frame iterator".split(),
)
def test_texts_and_labels_come_in_any_column(fitted, container):
    model = tiny().fit(container(TEXTS), container(LABELS))
    np.testing.assert_array_equal(model.predict_proba(container(TEXTS[:3])), fitted.predict_proba(TEXTS[:3]))


@pytest.mark.parametrize("values", [[10, 9], [True, False], ["10", "9"], [1.0, 0.0]], ids=str)
def test_labels_keep_their_kind(values):
    model = tiny().fit(TEXTS, [values[label == "neg"] for label in LABELS])
    assert model.classes_.tolist() == sorted(values)
    assert model.predict(TEXTS[:2]).tolist() == values
    assert model.classes_.dtype == np.array(values).dtype
    assert model.predict_proba(TEXTS[:1])[0].argmax() == sorted(values).index(values[0])


# The checks of scikit-learn that need no table of numbers. All others fit on such tables, and scikit-learn
# itself leaves them out for text (`input_tags.two_d_array` is false); those below are their like for texts.
WITHOUT_DATA = [
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
]


@pytest.mark.parametrize("check", WITHOUT_DATA)
def test_checks_of_scikit_learn(check):
    getattr(estimator_checks, check)("TextClassifier", TextClassifier())


def test_scikit_learn_itself_leaves_the_other_checks_out():
    with pytest.warns(SkipTestWarning, match="Can't test estimator TextClassifier which requires input"):
        results = estimator_checks.check_estimator(TextClassifier())
    assert not [result for result in results if result["status"] == "failed"]


def test_fit_leaves_arguments_and_data_alone():
    model = tiny()
    before, texts, labels = model.get_params(), list(TEXTS), list(LABELS)
    attributes = set(vars(model))
    assert model.fit(texts, labels) is model
    assert model.get_params() == before
    assert (texts, labels) == (TEXTS, LABELS)
    public = {name for name in set(vars(model)) - attributes if not name.startswith("_")}
    assert all(name.endswith("_") for name in public)
    state = model.__dict__.copy()
    model.predict_proba(TEXTS[:2])
    assert model.__dict__ == state


def test_fitting_again_begins_anew_and_one_seed_gives_one_network(fitted):
    expected = fitted.predict_proba(TEXTS)
    model = tiny().fit(TEXTS[:20], LABELS[:20])
    np.testing.assert_array_equal(model.fit(TEXTS, LABELS).predict_proba(TEXTS), expected)
    np.testing.assert_array_equal(clone(model).fit(TEXTS, LABELS).predict_proba(TEXTS), expected)
    assert not np.array_equal(tiny(random_state=1).fit(TEXTS, LABELS).predict_proba(TEXTS), expected)


def test_random_state_none_draws_and_an_instance_is_used_up():
    few, labels = TEXTS[:8], LABELS[:8]
    state = np.random.RandomState(3)
    model = tiny(epochs=1, random_state=state)
    first, second = (model.fit(few, labels).predict_proba(few) for _ in range(2))
    again = tiny(epochs=1, random_state=np.random.RandomState(3)).fit(few, labels).predict_proba(few)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, again)


def test_answers_depend_neither_on_the_order_nor_on_the_neighbours(fitted):
    texts = [*TEXTS[:6], "", "the film was a very good one indeed"]
    expected = fitted.predict_proba(texts)
    np.testing.assert_allclose(fitted.predict_proba(texts[::-1])[::-1], expected, atol=1e-6)
    alone = np.concatenate([fitted.predict_proba([text]) for text in texts])
    np.testing.assert_allclose(alone, expected, atol=1e-6)


def test_pickled_and_read_again_it_answers_the_same(fitted):
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))


def test_before_fit_it_says_so():
    with pytest.raises(NotFittedError, match=r"Call fit\(texts, labels\) first"):
        tiny().predict(TEXTS)


def test_cross_validation_grid_search_and_pipeline():
    scores = cross_val_score(tiny(), TEXTS, LABELS, cv=2)
    assert scores.tolist() == [1.0, 1.0]
    search = GridSearchCV(tiny(), {"epochs": np.array([1, 12]), "learning_rate": [1e-6, 0.03]}, cv=2)
    search.fit(pd.Series(TEXTS), pd.Series(LABELS))
    assert search.best_params_["learning_rate"] == 0.03
    shout = FunctionTransformer(lambda texts: [text.replace("!", "") for text in texts])
    pipeline = Pipeline([("clean", shout), ("network", tiny())])
    assert pipeline.set_params(network__epochs=12).fit(TEXTS, LABELS).score(TEXTS, LABELS) == 1.0
    assert pipeline.predict_proba(["the film was bad!"]).argmax() == 0


def test_several_labels_a_text():
    texts = ["red", "blue", "red blue", "none"] * 6
    table = np.array([[1, 0, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0]] * 6)
    model = tiny(epochs=40).fit(texts, table)
    assert model.predict(["red blue", "none", "blue"]).tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 1]]
    assert model.score(texts, table) == 1.0
    probabilities = model.predict_proba(texts)
    assert probabilities.shape == (24, 3)
    assert (probabilities[:, 1] == 0).all()  # no text has the second label
    assert model.classes_.tolist() == [0, 1, 2]


def test_none_of_these_is_answered_with_its_label():
    texts = [*TEXTS, *["qqq zzz", "the", "www of", "hm"] * 4]
    model = tiny(none_label="other", validation=0.25).fit(texts, [*LABELS, *["other"] * 16])
    assert model.classes_.tolist() == ["neg", "pos"]
    assert set(model.predict(texts)) == {"neg", "pos", "other"}


def test_a_hierarchy_learns_its_levels():
    model = tiny(hierarchy=":").fit(
        TEXTS, [{"pos": "FEEL:pos", "neg": "FEEL:neg"}[label] for label in LABELS]
    )
    assert model.fitted_.task.labels.levels[0] == ("FEEL",)
    assert model.classes_.tolist() == ["FEEL:neg", "FEEL:pos"]


def test_variants_and_stray_spaces_become_one_class_and_are_noted():
    labels = ["Pos" if row % 10 == 0 else label for row, label in enumerate(LABELS)]
    model = tiny(merge_variants=True).fit(TEXTS, labels)
    assert model.classes_.tolist() == ["neg", "pos"]
    assert any("merged" in note for note in model.notes_)
    spaced = tiny().fit(TEXTS, [" pos" if row % 10 == 0 else label for row, label in enumerate(LABELS)])
    assert spaced.classes_.tolist() == ["neg", "pos"]


def test_a_class_with_one_row_is_learnt_and_noted():
    model = tiny(validation=0.2).fit([*TEXTS, "hm"], [*LABELS, "rare"])
    assert model.classes_.tolist() == ["neg", "pos", "rare"]
    assert any("single training row" in note for note in model.notes_)


def test_missing_texts_are_empty_ones():
    model = tiny().fit(pd.Series([*TEXTS, None]), [*LABELS, "pos"])
    assert any("empty" in note for note in model.notes_)
    np.testing.assert_array_equal(model.predict_proba([None, float("nan")]), model.predict_proba(["", ""]))


def test_labels_never_seen_count_as_wrong(fitted):
    assert fitted.score(["the film was good", "the film was bad"], ["pos", "neutral"]) == 0.5


BAD_TEXTS = {
    "one text": "expected a list, array or column of texts, got one text",
    None: "expected a list, array or column of texts, got None",
    7: "expected a list, array or column of texts, got int",
    (1, 2): "row 1: expected a text, got int",
    (b"bytes",): "row 1: expected a text, got bytes",
}


@pytest.mark.parametrize("texts", BAD_TEXTS, ids=repr)
def test_what_is_no_column_of_texts_is_refused(fitted, texts):
    for act in (lambda: fitted.predict(texts), lambda: tiny().fit(texts, ["a", "b"])):
        with pytest.raises(InputError, match=BAD_TEXTS[texts]):
            act()


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        (TEXTS, LABELS[:-1], "expected a label for each of 50 texts, got 49"),
        (TEXTS, None, "expected a list, array or column of labels, got None"),
        (TEXTS, ["pos"] * 50, 'expected at least 2 classes, got only "pos"'),
        (TEXTS[:2], ["pos", None], "labels row 2: expected a label, got none"),
        (TEXTS[:2], ["pos", float("nan")], "labels row 2: expected a label, got none"),
        (TEXTS[:2], ["pos", " "], "labels row 2: expected a label, got none"),
        (TEXTS[:2], ["pos", 3], "expected labels of one kind, got int and str"),
        (TEXTS[:2], [0.5, 1.5], "expected classes, got measurements"),
        (TEXTS[:2], [[0, 2], [1, 0]], "a table of 0 and 1, got 2 columns of other values"),
        (TEXTS[:2], [["a", "b"], ["c", "d"]], "a table of 0 and 1, got 2 columns of other values"),
        ([], [], "expected at least one text, got none"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ["p"], r"expected one column, got 2 \(a, b\)"),
        (np.array([["x", "y"]]), ["p"], r"expected one column, got an array of shape \(1, 2\)"),
    ],
    ids=range(13),
)
def test_bad_input_is_refused_in_one_line(texts, labels, message):
    with pytest.raises(InputError, match=message) as caught:
        tiny().fit(texts, labels)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("cell", "lstn", "lstm"),
        ("unit", "wrod", '"word"'),
        ("epochs", 0, "epochs: expected 1 or more, got 0"),
        ("hidden_size", "large", "hidden_size: expected int, got 'large'"),
        ("class_weight", "fair", "balanced"),
        ("validation", 1.0, "split.validation: expected a share"),
        ("label_smoothing", 2.0, "label_smoothing: expected a share"),
    ],
)
def test_wrong_arguments_are_refused_at_fit(argument, value, message):
    model = tiny(**{argument: value})  # the constructor takes anything: that is scikit-learn's protocol
    with pytest.raises(SettingsError, match=message):
        model.fit(TEXTS, LABELS)


def test_too_few_texts_to_hold_some_out_is_said():
    with pytest.raises(InputError, match="expected rows for validation, got none of 2"):
        tiny(validation=0.1).fit(["a", "b"], ["x", "y"])


OTHER_VALUES = {
    "cell": "gru", "hidden_size": 5, "num_layers": 2, "bidirectional": False, "pool": "mean", "attention": "dot",
    "fine_tune": False, "embedding_size": 7, "character_size": 3, "word_pairs": True,
    "word_dropout": 0.1, "embedding_dropout": 0.1,
    "recurrent_dropout": 0.1, "zoneout": 0.1, "output_dropout": 0.1, "unit": "whitespace", "subword_count": 10,
    "lowercase": False, "fold_digits": True,
    "stop_words": "remove", "keep_negations": False, "longest": 3, "min_count": 2, "largest_vocabulary": 4,
    "hierarchy": "/", "merge_variants": True, "none_label": "pos ", "class_weight": "balanced",
    "label_smoothing": 0.1, "members": 2, "watch": "error", "epochs": 3, "batch_size": 5, "learning_rate": 0.5,
    "optimiser": "adam", "weight_decay": 0.1, "clip_norm": None, "average_decay": 0.5, "patience": 2,
    "max_minutes": 0.5, "threads": 2,
}  # fmt: skip


def reached(monkeypatch, **changed):
    """What the estimator hands on."""
    import hiddenstate.estimators.text_classifier as module

    seen = {}

    def stop(train, validation, **settings):
        seen.update(settings, train=len(train), validation=None if validation is None else len(validation))
        raise InterruptedError

    monkeypatch.setattr(module, "fit_classes", stop)
    with pytest.raises(InterruptedError):
        tiny(**changed).fit(TEXTS, LABELS)
    return {name: repr(value) for name, value in seen.items()}


def test_every_argument_reaches_the_settings(monkeypatch):
    plain = reached(monkeypatch)
    vectors = Vectors(("good",), np.ones((1, 6), np.float32), "own")
    others = {"vectors": vectors, "validation": 0.2, "refit": True, "random_state": 5, "verbose": True}
    assert {*OTHER_VALUES, *others} == set(TextClassifier().get_params())
    for name, value in {**OTHER_VALUES, **others}.items():
        assert reached(monkeypatch, **{name: value}) != plain, name


def test_the_package_alone_is_light_and_knows_no_other_name():
    code = "import sys, hiddenstate; assert 'torch' not in sys.modules; hiddenstate.TextClasifier"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "no attribute 'TextClasifier'" in run.stderr
