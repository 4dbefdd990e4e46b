"""F1 of spans: cases counted by hand by the rules of conlleval."""

import numpy as np
import pytest

from hiddenstate.errors import ShapeError
from hiddenstate.records import Tagging
from hiddenstate.tasks.span_f1 import count_spans, f1_of, span_rows, tag_rows, tagging_metrics


def rows(*texts):
    return [text.split() for text in texts]


CASES = [
    # truth, answer, right, answered, true
    ("B-A I-A O B-B", "B-A I-A O B-B", 2, 2, 2),
    ("B-A I-A O", "B-A O O", 0, 1, 1),  # a part of a span is wrong
    ("B-A I-A O", "B-B I-B O", 0, 1, 1),  # so is another name
    ("O O O", "O B-A O", 0, 1, 0),
    ("B-A B-A", "B-A I-A", 0, 1, 2),
    ("B-A I-A", "I-A I-A", 1, 1, 1),  # conlleval takes an I that begins
    ("B-A I-A", "B-A I-B", 0, 2, 1),
    ("O B-A I-A I-A", "O B-A I-A B-A", 0, 2, 1),
]


@pytest.mark.parametrize(("truth", "answer", "right", "answered", "true"), CASES)
def test_spans_counted_by_hand(truth, answer, right, answered, true):
    counts = count_spans(rows(truth), rows(answer))
    assert tuple(int(column[0]) for column in counts) == (right, answered, true)


def test_sentences_add_up_and_no_span_crosses_their_border():
    truth, answers = rows("O B-A", "I-A O", "B-B"), rows("O B-A", "I-A O", "O")
    counts = count_spans(truth, answers)
    assert counts.right.tolist() == [1, 1, 0]
    precision, recall, f1 = f1_of(counts)
    assert (precision, recall, f1) == (1.0, pytest.approx(2 / 3), pytest.approx(0.8))


def test_strictly_an_i_that_begins_is_no_span():
    truth, answers = rows("B-A I-A O B-B"), rows("I-A I-A O B-B")
    assert f1_of(count_spans(truth, answers))[2] == 1.0
    assert f1_of(count_spans(truth, answers, strict=True)) == (1.0, 0.5, pytest.approx(2 / 3))
    assert f1_of(count_spans(rows("S-A O"), rows("B-A O"), strict=True, scheme="iobes"))[2] == 0.0


def test_nothing_to_find_and_nothing_found_is_zero_as_in_conlleval():
    assert f1_of(count_spans(rows("O O"), rows("O O"))) == (0.0, 0.0, 0.0)


def test_each_name():
    named = {row.label: row for row in span_rows(rows("B-A O B-B", "B-A"), rows("B-A O B-C", "O"))}
    assert (named["A"].precision, named["A"].recall, named["A"].count) == (1.0, 0.5, 2)
    assert (named["B"].f1, named["B"].count, named["C"].f1, named["C"].count) == (0.0, 1, 0.0, 0)
    assert [row.label for row in tag_rows(rows("X Y"), rows("X X"))] == ["X", "Y"]
    assert tag_rows(rows("X Y"), rows("X X"))[0].precision == 0.5


def tagging(truth, answers, *, spans):
    places = tuple(tuple((place, place + 1) for place in range(len(row))) for row in answers)
    return Tagging(("x y",) * len(answers), places, tuple(map(tuple, answers)), spans, None, truth)


def test_metrics_of_a_table():
    result = tagging(rows("B-A O", "O O"), rows("B-A O", "O B-A"), spans=True)
    metrics = tagging_metrics(result)
    assert next(iter(metrics)) == "span_f1"
    assert metrics["span_f1"] == pytest.approx(2 / 3)
    assert metrics["token_accuracy"] == 0.75
    assert metrics["sentence_accuracy"] == 0.5
    plain = tagging_metrics(tagging(rows("X Y"), rows("X X"), spans=False))
    assert plain == {"token_accuracy": 0.5, "sentence_accuracy": 0.0}
    assert np.isfinite(list(metrics.values())).all()


def test_answers_of_other_lengths_are_refused():
    with pytest.raises(ShapeError, match="an answer for each word"):
        count_spans(rows("O O"), rows("O"))
    with pytest.raises(ShapeError, match="expected the true tags"):
        tagging_metrics(tagging(None, rows("O"), spans=True))
