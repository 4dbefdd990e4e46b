"""One HTML file that needs nothing else: no network, no server, no folder beside it.

Charts are inline drawings, so the page reads and prints without JavaScript; a small script only adds the
values under the pointer or the arrow keys. A content security policy inside the page forbids every load.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

from hiddenstate import __version__
from hiddenstate.plots.drawing import write_whole
from hiddenstate.plots.sections import Section
from hiddenstate.plots.theme import DARK, LIGHT, TYPEFACE


@dataclass(frozen=True)
class Page:
    """A report: title, subtitle and sections, the verdict first.

    >>> from hiddenstate.plots.sections import Verdict
    >>> page = Page("Demand", "one year", [Verdict("Better than every simple method", outcome="better")])
    >>> "<h1>Demand</h1>" in page.html()
    True
    """

    title: str
    subtitle: str
    sections: Sequence[Section]

    def html(self) -> str:
        """The whole page; equal input gives equal bytes."""
        style, script = _style(), _script()
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
            "media-src data:; base-uri 'none'; form-action 'none'"
        )
        footer = (
            f"Made with hiddenstate {escape(__version__)}. This page is one file and loads nothing from a network. "
            '<span class="screen">Point at a chart, or select it with the Tab key and use the arrow keys, '
            "to read its values.</span>"
        )
        body = "\n".join(section.html() for section in self.sections)
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="hiddenstate {escape(__version__)}">
<link rel="icon" href="data:,">
<title>{escape(self.title)}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header><h1>{escape(self.title)}</h1><p>{escape(self.subtitle)}</p></header>
<div class="sections">
{body}
</div>
<footer><p>{footer}</p></footer>
</main>
<div id="say" role="status" aria-live="polite" hidden></div>
<script>{script}</script>
</body>
</html>
"""

    def save(self, path: Path | str) -> Path:
        """Write the page; an existing file is replaced whole or not at all. Raises `OutputError`."""
        path = Path(path)
        write_whole(path, self.html().encode())
        return path


@cache
def _style() -> str:
    """The style sheet: the colours of the theme, then the rules of ``page.css``."""
    light = "".join(f"--{_dashed(name)}:{colour};" for name, colour in LIGHT.items())
    dark = "".join(f"--{_dashed(name)}:{colour};" for name, colour in DARK.items())
    # A drawing carries the light colours; these rules swap each for the variable of its name.
    swap = "".join(
        f'.drawing [fill="{colour}"]{{fill:var(--{_dashed(name)})}}'
        f'.drawing [stroke="{colour}"]{{stroke:var(--{_dashed(name)})}}\n'
        for name, colour in LIGHT.items()
    )
    return (
        f":root{{{light}--typeface:{TYPEFACE}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{swap}{_resource('page.css')}"
    )


def _script() -> str:
    return _resource("page.js")


@cache
def _resource(name: str) -> str:
    return files("hiddenstate.plots").joinpath(name).read_text(encoding="utf-8")


def _dashed(name: str) -> str:
    return name.replace("_", "-")
