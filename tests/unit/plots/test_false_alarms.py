"""The curve of an always-on model: a point for each threshold, the model's own among them."""

from hiddenstate.plots.drawing import svg
from hiddenstate.plots.false_alarms import false_alarms
from hiddenstate.records.always_on import AlwaysOn, OperatingPoint

POINTS = (
    OperatingPoint(0.0, 0.02, 400.0),
    OperatingPoint(0.5, 0.05, 100.0),
    OperatingPoint(0.8, 0.06, 90.0),
    OperatingPoint(0.95, 0.5, 0.0),
)


def drawn(points=POINTS, sounds=50, threshold=0.5):
    return false_alarms(AlwaysOn(points, sounds, 0, 300.0, threshold)).to_dict(validate=False)


def layer(chart, number):
    data = chart["layer"][number]["data"]
    return chart["datasets"][data["name"]] if "name" in data else data["values"]


def test_the_points_are_those_of_the_record_and_the_own_one_stands_out():
    rows = layer(drawn(), 0)
    assert [(row["threshold"], row["alarms"], row["missed"]) for row in rows] == [
        (0.0, 400.0, 2.0), (0.5, 100.0, 5.0), (0.8, 90.0, 6.0), (0.95, 0.0, 50.0),
    ]  # fmt: skip
    assert [row["own"] for row in rows] == [False, True, False, False]
    assert [row["threshold"] for row in layer(drawn(), 1)] == [0.0, 0.8, 0.95]
    assert [row["threshold"] for row in layer(drawn(), 2)] == [0.5]  # on top of the others
    assert rows[0]["say"] == "threshold 0 | 2.0 % missed, 400 false alarms an hour"


def test_points_that_lie_close_share_a_name():
    assert [row["name"] for row in layer(drawn(), 3)] == ["0.5", "0.95"]  # 0.8 stands beside 0.5


def test_the_text_alternative_names_both_ends_and_the_own_threshold():
    chart = drawn()
    assert chart["description"] == (
        "Threshold 0: 2.0 % missed, 400 false alarms an hour; Threshold 0.5: 5.0 % missed, 100 false alarms an hour; "
        "Threshold 0.95: 50.0 % missed, 0 false alarms an hour."
    )
    assert "50 sounds in 5.0 minutes" in chart["usermeta"]["caption"]


def test_nothing_to_hear_is_said_and_no_false_alarm_at_all_is_drawn():
    assert "There was no sound to be heard." in drawn(sounds=0)["description"]
    silent = tuple(OperatingPoint(point.threshold, point.missed, 0.0) for point in POINTS)
    assert "<svg" in svg(false_alarms(AlwaysOn(silent, 9, 0, 60.0, 0.0)), width=320, bare=True)
