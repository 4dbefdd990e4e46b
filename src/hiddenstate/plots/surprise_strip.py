"""A passage in which each unit is coloured by how much it surprised a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hiddenstate.plots.sections import prose

TITLE = "Where the text surprises the model"
BITS = (0.5, 1.5, 3.0, 5.0, 8.0)
"""From so many bits on, each of the five colours."""
CAPTION = (
    "A passage that was not learnt from. The darker, the more surprising: no colour below 0.5 bits (the model gave "
    "more than 70 %), then from 0.5, 1.5, 3, 5 and 8 bits (less than 0.4 %)."
)


@dataclass(frozen=True)
class SurpriseStrip:
    """A passage, unit by unit, as a section of a page."""

    units: Sequence[str]
    nats: Sequence[float]
    """One for each unit."""
    title: str = TITLE
    caption: str = CAPTION

    def html(self) -> str:
        """The passage as readable text; what a colour says can be pointed at."""
        pieces = "".join(_piece(unit, nats) for unit, nats in zip(self.units, self.nats, strict=True))
        return (
            f'<section class="part quotes"><h2>{escape(self.title)}</h2><p dir="auto" class="words">{pieces}</p>'
            f'<p class="caption">{prose(self.caption)} {prose(self._hardest())}</p></section>'
        )

    def _hardest(self) -> str:
        """The most surprising unit in words, for those who see no colours."""
        if not len(self.nats):
            return "There is no passage to show."
        place = max(range(len(self.nats)), key=lambda each: self.nats[each])
        before = "".join(self.units[max(0, place - 25) : place]).replace("\n", " ")
        unit = self.units[place].replace("\n", "a new line")
        return f'The hardest here: "{unit}" after "{before}", {self.nats[place] / math.log(2):.1f} bits.'


def _piece(unit: str, nats: float) -> str:
    bits = nats / math.log(2)
    level = sum(bits >= bound for bound in BITS)
    shown = escape(unit).replace("\n", "↵\n" if level else "\n")
    return f'<span class="heat-{level}" title="{bits:.1f} bits">{shown}</span>' if level else shown
