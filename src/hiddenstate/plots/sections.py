"""What a page is made of. Every section gives its own HTML and escapes everything it was given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal, Protocol

from hiddenstate.plots.drawing import svg

if TYPE_CHECKING:
    import altair as alt

FULL, HALF, PHONE = 1000, 480, 350
"""Widths in points for which a chart is drawn: across the page, half of it, a phone."""

Outcome = Literal["better", "same", "worse", "unknown"]
_UNIT = re.compile(r"(?<=\d) (?=%|[^\W\d_]{1,3}\b)")
SIGNS: dict[str, str] = {
    "better": "M5 12.5l4.5 4.5L19 7.5",
    "same": "M5 9h14M5 15h14",
    "worse": "M6.5 6.5l11 11M17.5 6.5l-11 11",
    "unknown": "M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.1-1.5 2.3M12 18v.5",
}


class Section(Protocol):
    """Anything that can stand on a page."""

    def html(self) -> str:
        """A fragment of HTML, complete and escaped."""
        ...


@dataclass(frozen=True)
class Verdict:
    """The answer in words, first on the page: how good, and better than the simple methods or not."""

    headline: str
    text: str = ""
    outcome: Outcome = "unknown"

    def html(self) -> str:
        """The verdict as a banner; its sign and colour repeat what the words say."""
        text = f"<p>{prose(self.text)}</p>" if self.text else ""
        return (
            f'<section class="verdict {escape(self.outcome)}">'
            f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{SIGNS[self.outcome]}"/></svg>'
            f"<div><h2>{prose(self.headline)}</h2>{text}</div></section>"
        )


@dataclass(frozen=True)
class Figure:
    """One key figure: what it is, its value with unit, and what it is to be held against."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """The key figures, side by side."""

    figures: Sequence[Figure]

    def html(self) -> str:
        """A list of terms and values."""
        items = "".join(
            f"<div><dt>{prose(figure.label)}</dt><dd><b>{prose(figure.value)}</b>"
            + (f"<span>{prose(figure.note)}</span>" if figure.note else "")
            + "</dd></div>"
            for figure in self.figures
        )
        return f'<dl class="figures">{items}</dl>'


@dataclass(frozen=True)
class Chart:
    """A chart with heading and caption, drawn for a wide page and again for a phone."""

    chart: alt.TopLevelMixin
    title: str | None = None
    """By default the chart's own title."""
    caption: str | None = None
    """By default what the chart says about itself."""
    half: bool = False
    """Half as wide as the page: two of them stand side by side where there is room."""

    def html(self) -> str:
        """The drawings inline; a style sheet shows the one that fits."""
        spec = self.chart.to_dict(validate=False)
        own = spec.get("title", "")
        title = (
            self.title
            if self.title is not None
            else str(own.get("text", "") if isinstance(own, dict) else own)
        )
        caption = (
            self.caption if self.caption is not None else str(spec.get("usermeta", {}).get("caption", ""))
        )
        wide = svg(self.chart, width=HALF if self.half else FULL, bare=True)
        phone = svg(self.chart, width=PHONE, bare=True)
        return (
            f'<figure class="part chart{" half" if self.half else ""}"><h2>{escape(title)}</h2>'
            f'<div class="drawing wide">{wide}</div><div class="drawing phone">{phone}</div>'
            + (f"<figcaption>{prose(caption)}</figcaption>" if caption else "")
            + "</figure>"
        )


@dataclass(frozen=True)
class Text:
    """Paragraphs, and below them points of a list."""

    title: str
    paragraphs: Sequence[str] = ()
    points: Sequence[str] = ()

    def html(self) -> str:
        """Heading, paragraphs and list."""
        inside = _prose(self.paragraphs, self.points)
        return f'<section class="part text"><h2>{escape(self.title)}</h2>{inside}</section>'


@dataclass(frozen=True)
class Code:
    """Commands or a settings file, word for word."""

    title: str
    code: str
    text: str = ""

    def html(self) -> str:
        """Heading, a sentence, and the text as it was given."""
        title = escape(self.title)
        text = _prose([self.text] if self.text else [])
        return (
            f'<section class="part code"><h2>{title}</h2>{text}'
            f'<pre tabindex="0" role="region" aria-label="{title}"><code>{escape(self.code)}</code></pre></section>'
        )


@dataclass(frozen=True)
class Details:
    """Sections folded away under one line until the reader opens it; a printed page shows them."""

    title: str
    sections: Sequence[Section]

    def html(self) -> str:
        """A disclosure that needs no script."""
        inside = "\n".join(section.html() for section in self.sections)
        return f'<details class="part"><summary><h2>{escape(self.title)}</h2></summary>{inside}</details>'


def prose(text: str) -> str:
    """Escaped text in which a number keeps its percent sign or short unit on the same line."""
    return _UNIT.sub("&nbsp;", escape(text))


def _prose(paragraphs: Sequence[str], points: Sequence[str] = ()) -> str:
    text = "".join(f"<p>{prose(paragraph)}</p>" for paragraph in paragraphs)
    items = "".join(f"<li>{prose(point)}</li>" for point in points)
    return f"{text}<ul>{items}</ul>" if items else text
