import io
import math
from html.parser import HTMLParser

from rich.console import Console

from hiddenstate.plots import score_table
from hiddenstate.plots.table import Row, Table
from hiddenstate.records import Score


class Cells(HTMLParser):
    """The text of every cell, row by row."""

    def __init__(self):
        super().__init__()
        self.rows, self.inside = [], False

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in {"td", "th"}

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def cells(table):
    parser = Cells()
    parser.feed(table.html())
    return parser.rows


def printed(table):
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(table.terminal())
    return console.export_text()


def test_rows_are_ranked_and_the_best_of_each_column_is_marked(scores):
    table = score_table(scores, metrics=["mae", "mape"], unit="MW")
    assert table.header == ("method", "MAE (MW)", "MAPE (%)", "time to fit")
    assert [row.name for row in table.rows][:2] == ["LSTM, direct", "least squares"]
    assert table.rows[0].cells == ("172", "3.68", "96 s")
    assert [row.best for row in table.rows] == [{0, 1}, set(), set(), set(), set()]
    assert [row.strong for row in table.rows] == [True, False, False, False, False]


def test_the_baseline_is_marked_where_the_baseline_is_best():
    table = score_table([Score("LSTM", {"mae": 2.0}, is_model=True), Score("naive", {"mae": 1.0})])
    assert table.rows[0].name == "naive"
    assert table.rows[0].best == {0}
    assert not table.rows[1].best


def test_coverage_is_best_where_it_is_closest_to_nominal():
    table = score_table([Score("wide", {"coverage_80": 99.0}), Score("near", {"coverage_80": 78.0})])
    assert [(row.name, bool(row.best)) for row in table.rows] == [("near", True), ("wide", False)]


def test_equal_as_shown_is_equally_best():
    table = score_table([Score("a", {"mae": 171.9}), Score("b", {"mae": 172.2}), Score("c", {"mae": 180.0})])
    assert [bool(row.best) for row in table.rows] == [True, True, False]


def test_what_was_not_measured_is_a_dash_and_never_best():
    table = score_table([Score("a", {"mae": math.nan, "rmse": 2.0}), Score("b", {"mae": 3.0})])
    assert [(row.name, row.cells) for row in table.rows] == [("b", ("3.00", "–")), ("a", ("–", "2.00"))]
    assert not any(row.best for row in table.rows), "a column with one figure has no contest"


def test_columns_say_what_they_mean(scores):
    table = score_table(scores, metrics=["mase"])
    assert dict(table.meanings)["MASE"].startswith("mean absolute error divided by")
    assert "below 1 beats it" in table.html()


def test_html_and_terminal_show_the_same_cells(scores):
    table = score_table(scores, unit="MW")
    text = " ".join(printed(table).split())
    head, *body = cells(table)
    assert head == list(table.header)
    for row, (name, *figures) in zip(table.rows, body, strict=True):
        assert name == row.name
        assert [figure.removesuffix(" (best)") for figure in figures] == list(row.cells)
    assert "LSTM, direct 172* 245* 3.68* 0.630*" in text


def test_the_table_is_accessible(scores):
    html = score_table(scores).html()
    assert html.count('<th scope="row">') == 5
    assert html.count('<th scope="col"') == len(score_table(scores).header)
    assert 'role="region" tabindex="0" aria-label="Model and simple methods"' in html


def test_hostile_text_stays_text():
    evil = "</td><script>alert(1)</script>[red]&\"'"
    table = Table(
        evil, (evil, evil), (Row(evil, (evil,), frozenset({0})),), note=evil, meanings=((evil, evil),)
    )
    assert "<script" not in table.html()
    assert cells(table) == [[evil, evil], [evil, evil + " (best)"]]
    assert "[red]" in printed(table), "terminal markup is not interpreted"


def test_times_are_written_in_handy_units():
    times = [None, 0.2, 41.4, 200.0, 9000.0, math.nan]
    table = score_table(
        [Score(str(place), {"mae": float(place)}, seconds=time) for place, time in enumerate(times)]
    )
    assert [row.cells[-1] for row in table.rows] == [
        "–",
        "under 1 s",
        "41 s",
        "3 min 20 s",
        "2 h 30 min",
        "–",
    ]


def test_an_empty_comparison_is_a_header():
    assert score_table([]).header == ("method",)
    assert "<tbody>" in score_table([]).html()


def test_shares_are_shown_in_percent_with_one_decimal():
    scores = [
        Score("GRU", {"accuracy": 0.9124, "macro_f1": 0.8, "log_loss": 0.251, "ece": 0.0312}, is_model=True),
        Score("majority", {"accuracy": 0.18, "macro_f1": 0.0047, "log_loss": 1.7, "ece": 0.0}),
        Score("SVM", {"accuracy": 0.9, "macro_f1": 0.81}),
    ]
    table = score_table(scores)
    assert table.header == ("method", "Accuracy (%)", "Macro-F1 (%)", "Log loss", "ECE (%)")
    assert [row.cells for row in table.rows] == [
        ("91.2", "80.0", "0.251", "3.1"),
        ("90.0", "81.0", "–", "–"),
        ("18.0", "0.5", "1.700", "0.0"),
    ]
    assert [row.best for row in table.rows] == [{0, 2}, {1}, {3}]


def test_a_percentage_next_to_zero_does_not_bring_the_others_to_many_decimals():
    table = score_table([Score("a", {"mape": 12.34567}), Score("b", {"mape": 0.00012})])
    assert [row.cells for row in table.rows] == [("0.00",), ("12.35",)]
