import re

import numpy as np
import pytest

from hiddenstate.plots import Chart, attention_map, deletion_curve, png, series_evidence, svg, token_evidence
from hiddenstate.plots.attention_map import caption
from hiddenstate.records import AttentionMap, Attribution, Evidence, Faithfulness
from hiddenstate.workflows.evidence_sections import series_sections, text_sections

WORDS = ("the", "cat", "sat", "<b>")


def attribution(values, method="integrated gradients", places=WORDS, columns=("",), **more):
    values = np.asarray(values, dtype=float).reshape(len(places), len(columns))
    return Attribution(method, 'probability of "+"', places, columns, values, 0.9, 0.2, "nothing", **more)


def curve(method="occlusion", values=(0.9, 0.2, 0.1, 0.1, 0.1)):
    random = np.linspace(0.9, 0.1, 5) + np.zeros((40, 1))
    values = np.array(values, dtype=float)
    return Faithfulness(method, 'probability of "+"', np.arange(4), np.arange(5), values, random)


def evidence(**more):
    looked = AttentionMap(WORDS, ("",), np.array([[0.1, 0.2, 0.3, 0.4]]), agreement=0.25)
    shares = attribution([0.1, 0.6, 0.0, -0.1], **more)
    curves = (curve(), curve("attention", (0.9, 0.9, 0.9, 0.9, 0.1)))
    return Evidence(shares, attribution([0.0, 0.5, 0.1, 0.0], "occlusion"), curves, looked)


def text(chart):
    return chart.to_dict()["description"]


def test_words_stand_beside_all_their_shares():
    drawn = svg(token_evidence(evidence()))
    assert 'data-say="cat | attention 0.20 | gradients 0.60 | left out 0.50"' in drawn
    for head in ("attention", "gradients", "left out"):
        assert f">{head}</text>" in drawn
    assert "&lt;b&gt;" in drawn
    assert "<b>" not in drawn
    assert 'Strongest words by attention: "<b>" 0.40' in text(token_evidence(evidence()))


def test_bars_point_the_way_they_push():
    bars = next(
        rows for rows in token_evidence(evidence()).to_dict()["datasets"].values() if "begin" in rows[0]
    )
    by_word = {(row["row"], place // 4): row for place, row in enumerate(bars)}
    up, down = by_word[(1, 1)], by_word[(3, 1)]
    assert up["end"] > up["begin"] == down["begin"] > down["end"]
    assert up["colour"] != down["colour"]


def test_of_a_long_text_the_strongest_words_are_shown_in_reading_order():
    places = tuple(f"w{number}" for number in range(100))
    values = np.zeros(100)
    values[[7, 90, 50]] = (1.0, -2.0, 3.0)
    long = Evidence(attribution(values, places=places), attribution(values, "occlusion", places=places), ())
    chart = token_evidence(long)
    said = re.findall(r'data-say="(w\d+) ', svg(chart))
    assert len(said) == 40
    assert [word for word in said if word in ("w7", "w50", "w90")] == ["w7", "w50", "w90"]
    assert "The 40 strongest of 100 words" in chart.to_dict()["usermeta"]["caption"]
    assert "attention" not in svg(chart), "a model without attention has no such column"


def test_what_no_gradient_shows_is_said():
    assert "jumps" not in token_evidence(evidence()).to_dict()["usermeta"]["caption"]
    assert (
        "0.30 of the difference" in token_evidence(evidence(unresolved=0.3)).to_dict()["usermeta"]["caption"]
    )


def test_the_deletion_curve_says_what_can_be_believed():
    chart = deletion_curve([curve(), curve("attention", (0.9, 0.9, 0.9, 0.9, 0.1))])
    said = text(chart)
    assert "By the shares of occlusion the output falls faster than in 100 % of random orders" in said
    assert "they can be believed" in said
    assert "attention the output falls faster than in 0 % of random orders" in said
    assert "do not read them as importance" in said
    drawn = svg(chart)
    assert "random order" in drawn
    assert "share taken away, in percent" in drawn
    assert png(chart)[:4] == b"\x89PNG"


def test_the_axis_of_a_deletion_curve_holds_what_is_drawn():
    far = Faithfulness("occlusion", "load (MW)", np.arange(2), np.arange(3), np.array([4000.0, 3000, 1000]),
                       np.array([[4000.0, 3900, 1000]]))  # fmt: skip
    band, lines, _ = deletion_curve([far]).to_dict()["layer"]
    for layer in (band, lines):  # a layer without it would stretch the axis to zero
        low, high = layer["encoding"]["y"]["scale"]["domain"]
        assert 0 < low < 1000 < 4000 < high


def test_attention_says_that_it_is_not_importance():
    looked = AttentionMap(("a", "b"), ("x", "y"), np.array([[0.2, 0.8], [1.0, 0.0]]), "audio frames", 0.5)
    said = text(attention_map(looked))
    assert '"x" looked at "b" (0.80); "y" looked at "a"' in said
    assert "Attention says where the model looked, not what its answer rests on." in said
    assert "leaving each of the audio frames out: 0.50" in said
    assert "was not measured" in caption(AttentionMap(("a",), ("",), np.ones((1, 1))))
    assert "cannot be measured" in caption(
        AttentionMap(("a",), ("",), np.ones((1, 1)), agreement=float("nan"))
    )
    drawn = svg(attention_map(looked))
    assert 'data-say="b | x 0.80 | y 0"' in drawn
    assert ">audio frames</text>" in drawn


def test_a_series_has_a_row_for_each_column():
    places = tuple(f"2014-01-01 {hour:02d}:00" for hour in range(24))
    values = np.zeros((24, 2))
    values[5, 0], values[:6, 1] = -3.0, np.nan
    chart = series_evidence(attribution(values, places=places, columns=("load", "warm")))
    drawn = svg(chart)
    assert 'data-say="2014-01-01 05:00 | load -3.0"' in drawn, "what does not exist is not read out"
    assert 'data-say="2014-01-01 06:00 | load 0 | warm 0"' in drawn
    assert "load -3.0, warm 0 in total; most at 2014-01-01 05:00" in text(chart)


def test_long_series_are_put_together_in_stretches():
    places = tuple(map(str, range(1000)))
    chart = series_evidence(attribution(np.ones(1000), places=places))
    said = re.findall(r'data-say="(\d+) \| integrated gradients (\d+)"', svg(chart))
    assert len(said) == 48
    assert sum(int(value) for _, value in said) == 1000


def empty():
    nothing = Faithfulness("occlusion", "o", np.arange(0), np.zeros(1, np.int64), np.ones(1), np.ones((3, 1)))
    return Evidence(
        attribution([], places=()), attribution([], "occlusion", places=()), (nothing,),
        AttentionMap((), ("",), np.zeros((1, 0))),
    )  # fmt: skip


def test_nothing_to_draw_is_said_in_words():
    assert text(token_evidence(empty())).endswith("There is no word in this text.")
    assert text(deletion_curve(empty().faithfulness)).endswith(
        "too little in this input to take anything away."
    )
    assert text(attention_map(empty().attention)).endswith("There was nothing to look at.")
    assert text(series_evidence(empty().integrated)).endswith("There is no step in this input.")


@pytest.mark.parametrize("make", [text_sections, series_sections])
@pytest.mark.parametrize("case", [evidence, empty])
def test_sections_of_a_page(make, case):
    sections = make(case())
    assert len(sections) == 3
    charts = [section for section in sections if isinstance(section, Chart)]
    assert len(charts) == (2 if make is text_sections else 3)
    assert all("<svg" in chart.html() for chart in charts)
    if make is text_sections:
        assert "Attention says where the model looked" in sections[-1].html()
