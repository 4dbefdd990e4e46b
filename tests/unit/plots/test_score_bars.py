import math

from hiddenstate.plots import score_bars
from hiddenstate.plots.metrics import metric_column
from hiddenstate.plots.theme import LIGHT
from hiddenstate.records import Score


def rows_of(chart):
    return next(iter(chart.to_dict()["datasets"].values()))


def test_the_best_is_on_top_and_the_model_in_colour(scores):
    chart = score_bars(scores, "mae", unit="MW")
    rows = rows_of(chart)
    assert [row["name"] for row in rows][:2] == ["LSTM, direct", "least squares"]
    assert [row["colour"] == LIGHT["model"] for row in rows] == [True, False, False, False, False]
    assert [row["text"] for row in rows][:2] == ["172", "194"]
    assert chart.to_dict()["layer"][0]["encoding"]["x"]["title"] == "MAE (MW), lower is better"


def test_higher_and_nominal_are_sorted_their_own_way():
    names = lambda metric, values: [  # noqa: E731
        row["name"] for row in rows_of(score_bars([Score(str(v), {metric: v}) for v in values], metric))
    ]
    assert names("accuracy", [0.80, 0.95, 0.90]) == ["0.95", "0.9", "0.8"]
    assert names("coverage_80", [60.0, 99.0, 85.0]) == ["85.0", "99.0", "60.0"]


def test_two_rows_of_one_name_both_have_a_place():
    rows = rows_of(score_bars([Score("seed", {"mae": 2.0}), Score("seed", {"mae": 1.0})]))
    assert [(row["place"], row["value"]) for row in rows] == [(0, 1.0), (1, 2.0)]


def test_what_was_not_measured_is_left_out_and_named():
    chart = score_bars([Score("a", {"mae": 1.0}), Score("b", {"mae": math.nan}), Score("c")])
    assert [row["name"] for row in rows_of(chart)] == ["a"]
    assert chart.to_dict()["description"].endswith("Not measured: b, c.")
    assert "was not measured" in score_bars([Score("c")]).to_dict()["description"]
    assert "was not measured" in score_bars([]).to_dict()["description"]


def test_zero_and_negative_values_stay_on_the_axis():
    x = score_bars([Score("a", {"mae": 0.0})]).to_dict()["layer"][0]["encoding"]["x"]
    assert x["scale"]["domain"][0] < x["scale"]["domain"][1]
    x = score_bars([Score("a", {"gain": -3.0}), Score("b", {"gain": 1.0})], "gain").to_dict()["layer"][0]
    assert x["encoding"]["x"]["scale"]["domain"][0] == -3.0


def test_an_unknown_metric_is_shown_under_its_own_name():
    column = metric_column("words_per_second")
    assert (column.label, column.unit, column.better) == ("words per second", "", None)
    assert metric_column("coverage_99.5").better == 99.5
    assert metric_column("mae").unit is None


def test_a_share_is_drawn_in_percent():
    row = rows_of(score_bars([Score("a", {"accuracy": 0.9137})], "accuracy"))[0]
    assert (round(row["value"], 6), row["text"]) == (91.37, "91.4")
