"""Texts with their spans marked: what a tagger found, and where the truth differs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from hiddenstate.plots.sections import prose
from hiddenstate.plots.theme import HEAT, LIGHT

if TYPE_CHECKING:
    import rich.text

Marks = tuple[tuple[int, int, str], ...]
"""(start, stop, name): the characters ``text[start:stop]`` bear the name."""
TITLE = "What was found"
SHADES = (2, 3)
"""Two colours that take turns, so that spans beside each other stay apart; the name stands after each."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class MarkedText:
    """A text and its spans, in the order of the text."""

    text: str
    spans: Marks
    truth: Marks | None = None
    """The true spans, where they are known and others."""
    title: str = ""

    def html(self) -> str:
        """The title, the text with its spans on a colour and their names after them, and the truth below."""
        title = f"<p><b>{escape(self.title)}</b></p>" if self.title else ""
        truth = ""
        if self.truth is not None:
            truth = f'<p class="most">truth:</p><p dir="auto" class="words">{self._marked(self.truth)}</p>'
        return f'<li>{title}<p dir="auto" class="words">{self._marked(self.spans)}</p>{truth}</li>'

    def terminal(self) -> rich.text.Text:
        """The same for `rich` to print, without the truth."""
        from rich.text import Text

        drawn = Text(f"{self.title}\n" if self.title else "", "bold")
        for number, (before, span, name) in enumerate(self._pieces(self.spans)):
            # A text may hold escape sequences; a terminal must not obey them.
            drawn.append(_CONTROL.sub(" ", before))
            if name:
                shade = LIGHT[HEAT[SHADES[number % len(SHADES)]]]
                drawn.append(_CONTROL.sub(" ", span), f"bold {LIGHT['ink']} on {shade}")
                drawn.append(f"[{name}]", "cyan")
        return drawn

    def _marked(self, spans: Marks) -> str:
        pieces = []
        for number, (before, span, name) in enumerate(self._pieces(spans)):
            pieces.append(escape(before))
            if name:
                shade = SHADES[number % len(SHADES)]
                pieces.append(f'<span class="heat-{shade}">{escape(span)}</span><sub>{escape(name)}</sub>')
        return "".join(pieces)

    def _pieces(self, spans: Marks) -> list[tuple[str, str, str]]:
        """What stands before each span, the span and its name; at the end the rest of the text."""
        pieces, at = [], 0
        for start, stop, name in spans:
            pieces.append((self.text[at:start], self.text[start:stop], name))
            at = stop
        return [*pieces, (self.text[at:], "", "")]


@dataclass(frozen=True)
class MarkedTexts:
    """Texts with their spans, as a section of a page."""

    texts: Sequence[MarkedText]
    title: str = TITLE
    caption: str = ""

    def html(self) -> str:
        """A list of texts; colours follow the reader's theme."""
        items = "".join(text.html() for text in self.texts)
        body = f"<ul>{items}</ul>" if items else "<p>There is no text to show.</p>"
        caption = f'<p class="caption">{prose(self.caption)}</p>' if self.caption else ""
        return f'<section class="part quotes"><h2>{escape(self.title)}</h2>{body}{caption}</section>'
