"""Sections that share one slider over the steps of a sequence. Without a script they are what they were: pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hiddenstate.plots.sections import Section


@dataclass(frozen=True)
class Stepped:
    """Charts and walks of one sequence; the slider marks its step in every one of them.

    A chart takes part where it has one read-out for each step (`step_axis.readout`), a walk where its steps are
    marked. `labels` names the steps, first to last.
    """

    title: str
    labels: Sequence[str]
    sections: Sequence[Section]

    def html(self) -> str:
        """The sections under one heading; the slider is shown by the script, as it does nothing without one."""
        inside = "\n".join(section.html() for section in self.sections)
        last = max(len(self.labels) - 1, 0)
        names = "".join(f"<option>{escape(label)}</option>" for label in self.labels)
        title = escape(self.title)
        return (
            f'<section class="part stepped" data-steps="{len(self.labels)}"><h2>{title}</h2>'
            '<div class="slider" hidden><label>Step '
            f'<input type="range" min="0" max="{last}" value="0" step="1"></label>'
            f"<output></output><datalist>{names}</datalist></div>"
            f'<div class="together">{inside}</div></section>'
        )
