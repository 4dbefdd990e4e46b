"""The one visual identity of charts and pages: colours, typeface, axes.

Colours are named after what they show. Every name has a light and a dark value; a chart is drawn with the
light ones, and the page swaps them by style sheet where the reader's system asks for a dark page. The
categorical colours are darkened from Okabe and Ito (2008), "Color Universal Design", so that thin lines
keep a contrast of at least 3:1 on the page, and moved apart in lightness until any two of them differ under
the three dichromacies; a test simulates these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import altair as alt

# Arial, Helvetica and Liberation Sans share their letter widths (and Android aliases them), so a layout
# measured here holds on the reader's machine.
TYPEFACE = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"

LIGHT: dict[str, str] = {
    "paper": "#FFFFFF",
    "wash": "#F4F6F8",
    "ink": "#18202A",
    "muted": "#58636F",
    "axis": "#AEB7C0",
    "grid": "#E5E9ED",
    "model": "#0067A5",
    "band_inner": "#A3CBE5",
    "band_outer": "#D7E8F4",
    "first": "#C24E0A",
    "second": "#196455",
    "third": "#772663",
    "fourth": "#AF9039",
    "fifth": "#797E85",
    "bar": "#8A959F",
    "heat_1": "#E6F1F9",
    "heat_2": "#C6DFF0",
    "heat_3": "#93C2E1",
    "heat_4": "#5099C9",
    "heat_5": "#00568C",
}
DARK: dict[str, str] = {
    "paper": "#14181D",
    "wash": "#1C2228",
    "ink": "#E9EDF1",
    "muted": "#A4AFBA",
    "axis": "#56616C",
    "grid": "#2A3139",
    "model": "#5CB6F2",
    "band_inner": "#22577C",
    "band_outer": "#193549",
    "first": "#FF9552",
    "second": "#218D69",
    "third": "#B76A98",
    "fourth": "#F2C537",
    "fifth": "#A9B5BE",
    "bar": "#66727E",
    "heat_1": "#1A2B38",
    "heat_2": "#1F3D54",
    "heat_3": "#235274",
    "heat_4": "#2A6C9C",
    "heat_5": "#8CCBF6",
}
HEAT: tuple[str, ...] = ("paper", "heat_1", "heat_2", "heat_3", "heat_4", "heat_5")
"""Names of the colours from nothing to much, one hue that only grows in strength, so that every eye can order it."""
ON_HEAT: tuple[str, ...] = ("ink", "ink", "ink", "ink", "ink", "paper")
"""The colour of text on each of them."""
BASELINE_COLOURS: tuple[str, ...] = tuple(
    LIGHT[name] for name in ("first", "second", "third", "fourth", "fifth")
)
# A dash pattern per line as well: colour is never the only difference. The model's line is solid.
BASELINE_DASHES: tuple[tuple[float, ...], ...] = ((5, 3), (2.5, 2), (8, 3, 2, 3), (9, 4), (12, 3, 3, 3))

# Room for the labels of a vertical axis; the same in every chart, so that stacked panels line up.
LABEL_ROOM = 44
WIDTH = 720

Drawing = TypeVar("Drawing", bound="alt.TopLevelMixin")

CONFIG: dict[str, Any] = {
    "background": LIGHT["paper"],
    "font": TYPEFACE,
    "padding": {"left": 2, "right": 20, "top": 4, "bottom": 4},
    "view": {"stroke": None, "continuousWidth": WIDTH, "continuousHeight": 240},
    "axis": {
        "domainColor": LIGHT["axis"],
        "grid": False,
        "gridColor": LIGHT["grid"],
        "labelColor": LIGHT["muted"],
        "labelFontSize": 12,
        "labelPadding": 6,
        "labelLimit": 240,
        "ticks": False,
        "tickColor": LIGHT["axis"],
        "titleColor": LIGHT["muted"],
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleLimit": 420,
    },
    "axisX": {"titlePadding": 10, "titleAnchor": "start", "labelFlush": False},
    # The title of a vertical axis lies flat above it, where it is read without turning the head.
    "axisY": {
        "domain": False,
        "grid": True,
        "minExtent": LABEL_ROOM,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleBaseline": "bottom",
        "titleX": -LABEL_ROOM,
        "titleY": -10,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelColor": LIGHT["ink"],
        "labelFontSize": 12,
        "labelLimit": 240,
        "symbolSize": 220,
        "symbolStrokeWidth": 2.5,
        "columnPadding": 18,
        # Above the flat title of the vertical axis.
        "offset": 34,
    },
    "title": {
        "anchor": "start",
        "color": LIGHT["ink"],
        "fontSize": 14,
        "fontWeight": 600,
        "subtitleColor": LIGHT["muted"],
        "subtitleFontSize": 12,
        "subtitlePadding": 5,
        "subtitleLineHeight": 16,
        "lineHeight": 18,
        "offset": 20,
        "limit": 900,
    },
    "concat": {"spacing": 28},
}


def themed(chart: Drawing, title: str, description: str, caption: str | None = None) -> Drawing:
    """Give a finished chart its title, its text alternative and the identity.

    `caption` is what a page prints below it: by default the text alternative, less where that only
    repeats what a reader sees.
    """
    named: Drawing = chart.properties(
        title=title,
        description=description,
        usermeta={"caption": description if caption is None else caption},
    )
    finished: Drawing = named.configure(**CONFIG)
    return finished


def nothing_to_draw(title: str, reason: str) -> alt.LayerChart:
    """A chart that says in words why it is empty, in place of an empty frame."""
    import altair as alt

    words = (
        alt.Chart(alt.InlineData(values=[{"text": reason}]), height=40)
        .mark_text(color=LIGHT["muted"], fontSize=14, align="left", aria=False)
        .encode(text="text:N", x=alt.value(0))
    )
    return themed(alt.LayerChart(layer=[words]), title, f"{title}: {reason}", "")
