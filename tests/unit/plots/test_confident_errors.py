from dataclasses import replace

import numpy as np

from hiddenstate.plots import ConfidentErrors, confident_errors
from hiddenstate.records import Classification


def record(probabilities, predicted, truth, texts=None, multi=False):
    n = len(predicted)
    return Classification(
        labels=("a", "b"),
        probabilities=np.array(probabilities),
        predicted=np.array(predicted),
        texts=texts or tuple(f"text {row}" for row in range(n)),
        tokens=((),) * n,
        weights=(np.zeros(0, np.float32),) * n,
        truth=None if truth is None else np.array(truth),
        multi_label=multi,
    )


def test_the_surest_wrong_answers_come_first():
    result = record([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.6, 0.4]], [0, 1, 1, 0], [0, 0, 0, 1])
    mistakes = confident_errors(result).mistakes
    assert [(m.text, m.answer, m.truth, m.probability) for m in mistakes] == [
        ("text 2", "b", "a", 0.8),
        ("text 1", "b", "a", 0.7),
        ("text 3", "a", "b", 0.6),
    ]
    assert len(confident_errors(result, most=1).mistakes) == 1


def test_equal_texts_stand_once_and_none_of_these_never():
    result = record([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4]], [0, 0, -1], [1, 1, 0], ("same", "same", "other"))
    assert [mistake.text for mistake in confident_errors(result).mistakes] == ["same"]


def test_a_label_never_seen_is_named_as_such():
    (mistake,) = confident_errors(record([[0.9, 0.1]], [0], [-1])).mistakes
    assert mistake.truth == "a label never seen in training"


def test_of_several_labels_each_is_an_answer():
    result = record(
        [[0.9, 0.2], [0.7, 0.1]], [[True, False], [True, False]], [[False, True], [True, False]], multi=True
    )
    assert [(m.answer, m.truth, m.probability) for m in confident_errors(result).mistakes] == [
        ("a", "not a", 0.9),
        ("not b", "b", 0.8),
    ]


def test_without_truth_or_probabilities_the_list_is_empty(questions):
    assert confident_errors(replace(questions, truth=None)).mistakes == ()
    assert confident_errors(replace(questions, probabilities=np.full((60, 3), np.nan))).mistakes == ()
    assert "No answer was wrong." in ConfidentErrors(()).html()


def test_html_escapes_shortens_and_lets_the_text_choose_its_direction():
    evil = "<script>alert(1)</script>" + " word" * 200
    html = confident_errors(record([[0.9, 0.1]], [0], [1], (evil,)), half=True).html()
    assert "<script" not in html
    assert html.count("word") < 60
    assert " …</p>" in html
    assert 'dir="auto"' in html
    assert 'class="part quotes half"' in html
    assert "answered <b>a</b>, 90.0&nbsp;% sure; truth <b>b</b>" in html
