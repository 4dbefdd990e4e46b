import re

import numpy as np
import pytest

from hiddenstate.errors import ShapeError
from hiddenstate.plots import confusion_matrix, confusions, svg
from hiddenstate.plots.theme import HEAT, LIGHT
from hiddenstate.tasks.classification_metrics import confusion

LABELS = ("cat", "dog", "fox")
COUNTS = np.array([[90, 9, 1], [4, 16, 0], [0, 0, 0]])


def cells(chart):
    return next(iter(chart.to_dict()["datasets"].values()))


def axes(chart):
    encoding = chart.to_dict()["layer"][0]["encoding"]
    return encoding["x"]["axis"]["labelExpr"], encoding["y"]["axis"]["labelExpr"]


def test_truth_goes_down_answers_across_with_shares_of_the_row():
    rows = cells(confusion_matrix(LABELS, COUNTS))
    assert len(rows) == 9
    cell = next(row for row in rows if row["say"].startswith("truth cat | answer dog"))
    assert (cell["centre"], cell["middle"]) == (1.5, 0.5)
    assert (cell["text"], cell["share"]) == ("9", "9 %")
    assert cell["say"] == "truth cat | answer dog | 9 texts, 9 % of this truth"
    assert [row["text"] for row in rows if row["right_answer"]] == ["90", "16", ""]
    assert axes(confusion_matrix(LABELS, COUNTS))[0].startswith('{"0.5": "cat", "1.5": "dog"')


def test_the_colour_follows_the_share_and_not_the_count():
    colour = {(row["text"]): row["colour"] for row in cells(confusion_matrix(LABELS, COUNTS))}
    assert colour["90"] == colour["16"] == LIGHT[HEAT[5]]
    assert colour["9"] == LIGHT[HEAT[2]]
    assert colour["4"] == LIGHT[HEAT[3]]
    assert colour["1"] == LIGHT[HEAT[1]]


def test_words_name_the_most_frequent_error():
    spec = confusion_matrix(LABELS, COUNTS).to_dict()
    assert spec["description"].startswith("106 of 120 texts are answered right (the diagonal).")
    assert "The most frequent error: cat taken for dog, 9 times." in spec["description"]
    assert "error" not in confusion_matrix(LABELS, np.diag([1, 2, 3])).to_dict()["description"]
    nothing = confusion_matrix(LABELS, np.zeros((3, 3), int)).to_dict()["description"]
    assert "None of the texts with a known label was answered." in nothing


def test_what_was_counted_is_called_by_its_name():
    spec = confusion_matrix(LABELS, COUNTS, things="recordings").to_dict()
    assert spec["description"].startswith("106 of 120 recordings are answered right (the diagonal).")
    assert "of all recordings with that truth" in spec["description"]
    assert "text" not in spec["description"]
    nothing = confusion_matrix(LABELS, np.zeros((3, 3), int), things="recordings").to_dict()["description"]
    assert "None of the recordings with a known label was answered." in nothing


def test_none_of_these_has_a_place_where_it_occurs(questions):
    counts = confusion(questions)
    assert counts.shape == (4, 4)
    assert "none of these" not in axes(confusion_matrix(questions.labels, counts))[0]
    counts[3, 0] = counts[0, 3] = 1
    across, down = axes(confusion_matrix(questions.labels, counts))
    assert '"3.5": "none of these"' in across
    assert '"3.5": "never seen"' in down


def many():
    """20 classes, of which 7 and 13 are taken for each other, and 2 once for 3."""
    counts = np.diag(np.full(20, 10))
    counts[7, 13], counts[13, 7], counts[2, 3] = 6, 4, 1
    return tuple(f"class {number:02d}" for number in range(20)), counts


def test_of_many_classes_those_that_are_confused_are_shown():
    labels, counts = many()
    chart = confusion_matrix(labels, counts, most=4)
    assert re.findall(r"class (\d\d)", axes(chart)[0]) == ["02", "03", "07", "13"]
    assert chart.to_dict()["title"] == "The 4 classes that are confused most"
    assert "Answers outside the 4 classes" in chart.to_dict()["description"]
    assert len(cells(confusion_matrix(labels, counts))) == 144


def test_a_drawing_has_cells_that_are_read_out_and_names_that_fit():
    labels, counts = many()
    drawn = svg(confusion_matrix(labels, counts, most=4), width=350, bare=True)
    assert len(re.findall(r'data-say="truth class \d\d \| answer', drawn)) == 4 + 3
    assert "rotate(-90)" not in svg(confusion_matrix(LABELS, COUNTS), width=350, bare=True)
    twelve = svg(confusion_matrix(labels, counts), width=350, bare=True)
    assert twelve.count("rotate(-90)") == 12, "every name has its place on a phone"
    assert svg(confusion_matrix(labels, counts), width=1000, bare=True).count("rotate(-40)") == 12


def test_confusions_are_listed_by_how_often_they_occur():
    labels, counts = many()
    table = confusions(labels, counts)
    assert [(row.name, *row.cells) for row in table.rows] == [
        ("class 07 → class 13", "6", "38 %", "55 %"),
        ("class 13 → class 07", "4", "29 %", "36 %"),
        ("class 02 → class 03", "1", "9 %", "9 %"),
    ]
    assert table.note == "11 of 11 errors; 3 of 3 kinds of error."
    assert confusions(labels, counts, most=1).note == "6 of 11 errors; 1 of 3 kinds of error."
    assert confusions(LABELS, np.diag([1, 2, 3])).note == "No text was answered wrong."


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="expected counts of 2 labels, got"):
        confusion_matrix(("a", "b"), COUNTS[:2])
