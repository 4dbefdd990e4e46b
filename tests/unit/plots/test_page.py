import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from hiddenstate.errors import OutputError
from hiddenstate.plots import (
    Chart,
    Code,
    Details,
    Figure,
    Figures,
    Page,
    Text,
    Verdict,
    coverage,
    error_by_hour,
    forecast_fan,
    learning_curve,
    score_bars,
    score_table,
)
from hiddenstate.plots.theme import LIGHT

VOID = {"meta", "link", "br", "hr", "img", "input"}
EVIL = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Balanced(HTMLParser):
    """Checks that every element is closed in order; collects tags, attributes and text."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attributes]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(html):
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def page(demand, history, scores):
    forecast, baselines = demand
    return Page(
        "Electricity demand",
        "Half-hourly",
        [
            Verdict("Better than every simple method", "By 11 % in MAE.", "better"),
            Figures([Figure("Mean absolute error", "172 MW", "least squares: 194 MW")]),
            Chart(forecast_fan(forecast, baselines=baselines, unit="MW")),
            Chart(score_bars(scores, unit="MW"), half=True),
            Chart(coverage(forecast), half=True),
            Chart(error_by_hour(forecast, baselines, unit="MW"), half=True),
            Chart(learning_curve(history), "How it learned", "Two losses.", half=True),
            score_table(scores, unit="MW"),
            Text("Repairs", ["Read in local time."], ["2 rows dropped."]),
            Details("Settings", [Code("settings.toml", "[data]\ntime = 'time'")]),
        ],
    )


@pytest.fixture(scope="module")
def html(page):
    return page.html()


def test_the_page_is_well_formed_and_small(html):
    parser = parsed(html)
    assert parser.tags.count("h1") == 1
    assert parser.tags.count("main") == 1
    assert ("html", "lang", "en") in parser.attributes
    assert ("meta", "name", "viewport") in parser.attributes
    assert len(html.encode()) < 1_000_000


def test_nothing_loads_from_a_network(html):
    parser = parsed(html)
    for tag, name, value in parser.attributes:
        if name in {"src", "href", "srcset", "data", "action", "poster"} or name.endswith(":href"):
            assert value.startswith("data:"), (tag, name, value)
    assert not {"iframe", "object", "embed", "base", "form"} & set(parser.tags)
    style = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_the_policy_forbids_everything_but_the_pages_own_script(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    script = html.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{digest}'" in policy
    assert html.count("<script") == 1


def test_the_verdict_comes_first_and_in_words(html):
    order = [
        html.index(words)
        for words in ("<h1>", "Better than every", "172&nbsp;MW", "Forecast against", "Repairs")
    ]
    assert order == sorted(order)


def test_every_chart_has_a_heading_a_text_alternative_and_two_sizes(html):
    figures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert len(figures) == 5
    for figure in figures:
        assert len(re.findall(r"<h2>[^<]+</h2>", figure)) == 1
        assert (
            len(
                re.findall(
                    r'<svg[^>]*role="img"[^>]*aria-label="[^"]{40,}"|aria-label="[^"]{40,}"[^>]*role="img"',
                    figure,
                )
            )
            == 2
        )
        assert 'class="drawing wide"' in figure
        assert 'class="drawing phone"' in figure
    assert "<h2>How it learned</h2>" in figures[-1]
    assert "<figcaption>Two losses.</figcaption>" in figures[-1]


def test_every_colour_of_a_drawing_follows_the_readers_theme(html):
    drawings = "".join(re.findall(r'<div class="drawing.*?</svg>', html, re.DOTALL))
    used = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawings)) - {"none", "transparent"}
    assert used <= set(LIGHT.values())
    style = html.split("<style>")[1].split("</style>")[0]
    assert "prefers-color-scheme:dark" in style
    for colour in used:
        assert f'.drawing [fill="{colour}"]' in style


def test_equal_input_gives_equal_bytes(page, html):
    # The drawing with clipped marks and identifiers; drawn again after all the others.
    same = Page(page.title, page.subtitle, [page.sections[3]])
    assert same.html() == same.html()
    assert page.sections[3].html() in html


def test_everything_that_a_user_provides_is_escaped(demand, scores):
    forecast, _ = demand
    page = Page(
        EVIL,
        EVIL,
        [
            Verdict(EVIL, EVIL, "worse"),
            Figures([Figure(EVIL, EVIL, EVIL)]),
            Text(EVIL, [EVIL], [EVIL]),
            Details(EVIL, [Code(EVIL, EVIL, EVIL)]),
            Chart(coverage(forecast), EVIL, EVIL),
            score_table(scores[:2], title=EVIL, note=EVIL),
        ],
    )
    parser = parsed(page.html())
    assert parser.tags.count("script") == 1
    assert "img" not in parser.tags
    assert not [name for _, name, _ in parser.attributes if name.startswith("on")]
    # Once per place: title, h1, subtitle, verdict 2, figure 3, text 3, details 4, chart 2, table 2.
    assert parser.text.count(EVIL) == 19


def test_a_unit_stays_with_its_number():
    assert "11&nbsp;% less: 172&nbsp;MW in 60 days" in Verdict("11 % less: 172 MW in 60 days").html()


def test_the_sign_of_a_verdict_follows_its_outcome():
    drawn = {
        outcome: Verdict("x", outcome=outcome).html() for outcome in ("better", "same", "worse", "unknown")
    }
    assert len(set(drawn.values())) == 4
    assert 'class="verdict worse"' in drawn["worse"]


def test_saving_writes_all_or_nothing(tmp_path):
    page = Page("T", "s", [Verdict("v")])
    path = page.save(tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == page.html()
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OutputError, match=r"folder\.html: could not be written"):
        page.save(tmp_path / "folder.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.html", "report.html"]
