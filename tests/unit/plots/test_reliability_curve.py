import math

from hiddenstate.plots import reliability_curve, svg
from hiddenstate.records import ReliabilityBin
from hiddenstate.tasks.classification_metrics import classification_metrics, reliability

BINS = (
    ReliabilityBin(0.0, 0.2, math.nan, math.nan, 0),
    ReliabilityBin(0.2, 0.4, 0.3, 0.5, 4),
    ReliabilityBin(0.4, 0.6, math.nan, math.nan, 0),
    ReliabilityBin(0.6, 0.8, 0.7, 0.6, 30),
    ReliabilityBin(0.8, 1.0, 0.9, 0.8, 66),
)


def rows(chart, key):
    return next(rows for rows in chart.to_dict()["datasets"].values() if key in rows[0])


def test_filled_bins_are_drawn_with_their_interval_and_count():
    chart = reliability_curve(BINS)
    drawn = rows(chart, "say")
    assert [(row["confidence"], row["accuracy"]) for row in drawn] == [
        (30.0, 50.0),
        (70.0, 60.0),
        (90.0, 80.0),
    ]
    assert all(row["low"] < row["accuracy"] < row["high"] for row in drawn)
    assert drawn[1]["say"] == "60 to 80 % sure | 60.0 % right | 30 answers, on average 70.0 % sure"
    counts = next(r for r in chart.to_dict()["datasets"].values() if set(r[0]) == {"low", "high", "count"})
    assert [row["count"] for row in counts] == [4, 30, 66]
    upper, lower = chart.to_dict()["vconcat"]
    assert lower["encoding"]["x"]["scale"]["domain"] == [20.0, 100]
    assert lower["encoding"]["x"]["title"] == "probability of the answer (%)"
    assert upper["layer"][0]["encoding"]["y"]["title"] == "right answers (%)"


def test_the_diagonal_is_there_and_few_answers_have_no_line():
    chart = reliability_curve(BINS)
    ideal = next(r for r in chart.to_dict()["datasets"].values() if set(r[0]) == {"confidence", "accuracy"})
    assert [(row["confidence"], row["accuracy"]) for row in ideal] == [(20.0, 20.0), (100, 100)]
    line = chart.to_dict()["vconcat"][0]["layer"][2]
    assert line["mark"]["type"] == "line"
    assert line["transform"] == [{"filter": "datum.count >= 10"}]


def test_the_caption_holds_the_error_of_the_metrics(questions):
    error = classification_metrics(questions)["ece"]
    text = reliability_curve(reliability(questions)).to_dict()["usermeta"]["caption"]
    assert f"Expected calibration error (ECE): {100 * error:.1f} %" in text
    assert "Dashed: as it should be" in text


def test_words_say_which_way_it_leans():
    assert (
        "On average the answers are 81.6 % sure, and 72.8 % of 100 are right: too sure."
        in (reliability_curve(BINS).to_dict()["description"])
    )
    modest = reliability_curve((ReliabilityBin(0.5, 0.6, 0.55, 0.9, 50),)).to_dict()["description"]
    assert "not sure enough" in modest
    honest = reliability_curve((ReliabilityBin(0.8, 0.9, 0.85, 0.85, 50),)).to_dict()["description"]
    assert "of 50 are right. Expected" in honest


def test_nothing_and_one_bin_can_be_drawn():
    assert "Nothing with a known label" in reliability_curve(()).to_dict()["description"]
    assert "NaN" not in svg(reliability_curve((ReliabilityBin(0.9, 1.0, 1.0, 1.0, 3),)), width=350)
