import re
from xml.etree import ElementTree

import pytest

from hiddenstate.errors import OutputError
from hiddenstate.plots import error_by_hour, forecast_fan, learning_curve, save_chart, svg
from hiddenstate.plots.drawing import fit
from hiddenstate.plots.theme import LIGHT


@pytest.fixture(scope="module")
def fan(demand):
    forecast, baselines = demand
    return forecast_fan(forecast, baselines=baselines, unit="MW")


@pytest.fixture(scope="module")
def drawn_fan(fan):
    return svg(fan)


@pytest.fixture(scope="module")
def drawn_curve(history):
    return svg(learning_curve(history))


def view_box(text):
    return [float(part) for part in ElementTree.fromstring(text).get("viewBox").split()]


def clipped(height):
    """A chart of somebody else, with a clipped mark: the renderer gives it an identifier."""
    import altair as alt

    rows = alt.InlineData(values=[{"x": 1, "y": 1}, {"x": 2, "y": 3}])
    return alt.Chart(rows, height=height).mark_line(clip=True).encode(x="x:Q", y="y:Q")


def test_the_same_chart_gives_the_same_bytes_whatever_was_drawn_before(history, drawn_curve):
    first = svg(clipped(50))
    assert svg(learning_curve(history)) == drawn_curve
    assert svg(clipped(50)) == first


def test_the_text_alternative_is_on_the_root(drawn_fan):
    root = ElementTree.fromstring(drawn_fan)
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith("demand (MW) by local time")


def test_identifiers_are_unique_across_drawings():
    drawn = [svg(clipped(50)), svg(clipped(60))]
    named = [name for text in drawn for name in re.findall(r'\bid="([^"]+)"', text)]
    assert len(named) == len(set(named)) == 2
    for text in drawn:
        assert re.findall(r"url\(#([^)]+)\)", text) == re.findall(r'\bid="([^"]+)"', text)


def test_every_step_can_be_read_out(drawn_fan):
    said = [line.get("data-say") for line in ElementTree.fromstring(drawn_fan).iter() if line.get("data-say")]
    assert len(said) == 3 * 48
    assert said[0].count(" | ") == 5


def test_a_phone_gets_panels_below_each_other(fan):
    wide, phone = view_box(svg(fan, width=1000)), view_box(svg(fan, width=350))
    assert abs(wide[2] - 1000) < 60
    assert abs(phone[2] - 350) < 30
    assert phone[3] > 2 * wide[3]


@pytest.mark.parametrize(
    "names", [("short", "small", "tiny", "little"), ("layer 1, after training", "layer 1, fresh")]
)
def test_no_name_of_a_legend_is_cut_off_on_a_phone(names):
    import altair as alt

    rows = [{"x": x, "name": name} for x in (1, 2) for name in names * 2]
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line()
        .encode(x="x:Q", color=alt.Color("name:N", scale=alt.Scale(domain=list(names))))
    )
    drawn = svg(chart, width=300)
    assert "…" not in drawn
    for name in names:
        assert f">{name}</text>" in drawn


def test_fitting_leaves_the_chart_as_it_was(fan):
    spec = fan.to_dict()
    before = str(spec)
    assert "vconcat" in fit(spec, 350)
    assert str(spec) == before


def test_a_bare_drawing_has_no_title_and_no_background(history, drawn_curve):
    bare = svg(learning_curve(history), bare=True)
    for text, present in ((drawn_curve, True), (bare, False)):
        assert ("Learning curve" in re.sub(r"<svg[^>]*>", "", text)) is present
        background = re.search(r'<rect width="\d+" height="\d+" fill="([^"]+)"', text)
        assert (background is not None and background[1] == LIGHT["paper"]) is present


def test_hostile_names_stay_text(demand):
    forecast, baselines = demand
    evil = "</svg><script>alert(1)</script>\"'&${x}[a.b]"
    chart = error_by_hour(forecast, {evil: baselines["weekly naive"]}, model='m"}];')
    text = svg(chart)
    root = ElementTree.fromstring(text)
    assert "<script" not in text
    assert evil in root.get("aria-label")


def test_save_as_png_and_svg(tmp_path, history):
    chart = learning_curve(history)
    image = save_chart(chart, tmp_path / "curve.PNG").read_bytes()
    assert image.startswith(b"\x89PNG")
    double = int.from_bytes(image[16:20], "big")
    single = int.from_bytes(save_chart(chart, tmp_path / "small.png", scale=1).read_bytes()[16:20], "big")
    assert abs(double - 2 * single) <= 2
    ElementTree.fromstring(save_chart(chart, tmp_path / "curve.svg").read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curve.PNG", "curve.svg", "small.png"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("chart.gif", r"\.png or \.svg, got \"\.gif\""), ("none/chart.svg", "could not be written")],
)
def test_what_cannot_be_saved_is_said(tmp_path, history, name, words):
    with pytest.raises(OutputError, match=words):
        save_chart(learning_curve(history), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
