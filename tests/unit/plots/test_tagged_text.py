"""Texts with their spans marked: whole, escaped, the truth beside an error."""

import io

from rich.console import Console

from hiddenstate.plots import MarkedText, MarkedTexts

TEXT = "fly <b> to New York now"
SPANS = ((11, 19, "to<city>"),)


def test_nothing_of_the_text_is_lost_and_all_of_it_is_escaped():
    html = MarkedText(TEXT, SPANS, title="fl&ght").html()
    assert "fly &lt;b&gt; to " in html
    assert '<span class="heat-2">New York</span><sub>to&lt;city&gt;</sub> now' in html
    assert "fl&amp;ght" in html
    assert "truth" not in html


def test_the_truth_stands_beside_an_error():
    html = MarkedText(TEXT, SPANS, ((11, 14, "x"), (15, 19, "y"))).html()
    assert "truth" in html
    assert html.count("<sub>") == 3
    assert "heat-3" in html  # neighbours take turns


def test_the_terminal_obeys_no_escape_sequence():
    screen = Console(file=io.StringIO(), width=80)
    screen.print(MarkedText("\x1b[2Jto boston", ((7, 13, "to"),), title="flight").terminal())
    shown = screen.file.getvalue()
    assert "boston[to]" in shown
    assert "\x1b[2J" not in shown
    assert shown.startswith("flight\n")


def test_a_page_without_texts_says_so():
    assert "There is no text to show." in MarkedTexts(()).html()
    assert "A caption" in MarkedTexts((MarkedText(TEXT, SPANS),), caption="A caption").html()
