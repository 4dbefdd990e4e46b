"""The frontier, and a chart that says it in words."""

from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.plots.data_curve import data_curve
from hiddenstate.plots.pareto import Point, frontier, pareto

POINTS = [Point("GRU", 90.0, 2.0), Point("LSTM", 89.0, 3.0), Point("BiLSTM", 92.0, 5.0, chosen=True)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=12), st.booleans())
def test_no_point_off_the_frontier_is_beaten_by_none(pairs, higher):
    points = [Point(str(number), quality, cost) for number, (quality, cost) in enumerate(pairs)]
    kept = frontier(points, higher=higher)
    sign = 1 if higher else -1

    def beats(one, other):
        better = sign * one.quality >= sign * other.quality and one.cost <= other.cost
        return better and (one.quality, one.cost) != (other.quality, other.cost)

    for point in points:
        if point in kept:
            assert not any(beats(other, point) for other in points)
        else:
            assert any(
                beats(other, point) or (other.quality, other.cost) == (point.quality, point.cost)
                for other in kept
            )


def test_the_chart_says_who_is_on_it_and_the_level_of_the_baseline():
    chart = pareto(POINTS, quality="Accuracy (%)", cost="µs a word", higher=True, level=("linear", 88.0))
    words = chart.to_dict()["description"]
    assert "GRU 90.0 at 2" in words
    assert "No other is both better and cheaper than: BiLSTM, GRU." in words
    assert "Dashed: linear, 88.0." in words


def test_without_points_it_says_so():
    assert "No candidate was measured" in str(pareto([], quality="a", cost="b", higher=True).to_dict())
    assert "Nothing was measured" in str(data_curve({"GRU": []}, quality="a", rows="b").to_dict())


def test_the_curve_has_a_line_for_each():
    chart = data_curve(
        {"LSTM": [(6.0, 60.0), (100.0, 80.0)], "GRU": [(6.0, 70.0)]}, quality="accuracy", rows="share"
    )
    assert "LSTM: 60.0 with 6" in chart.to_dict()["description"]
