"""A table for people, as HTML and for the terminal, from the same cells; the comparison is one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from hiddenstate.plots.metrics import MetricColumn, metric_column
from hiddenstate.plots.numerals import UNKNOWN
from hiddenstate.records import Score

if TYPE_CHECKING:
    import rich.table

BEST_SIGN = "*"


@dataclass(frozen=True)
class Row:
    """One row: the name it is read by, then its cells."""

    name: str
    cells: tuple[str, ...]
    best: frozenset[int] = frozenset()
    """Which cells hold the best value of their column."""
    strong: bool = False
    """Set for the row that the table is about."""


@dataclass(frozen=True)
class Table:
    """A table of text cells; the first column names the rows, the others are figures."""

    title: str
    header: tuple[str, ...]
    """Name of the first column and of every other one."""
    rows: tuple[Row, ...]
    note: str = ""
    """Said below the table."""
    meanings: tuple[tuple[str, str], ...] = ()
    """Abbreviations of the header, and what they mean."""

    def html(self) -> str:
        """The table as a section of an HTML page; everything in it is escaped."""
        first, *others = (escape(name) for name in self.header)
        head = f'<th scope="col">{first}</th>' + "".join(
            f'<th scope="col" class="figure">{name}</th>' for name in others
        )
        body = "\n".join(self._row_html(row) for row in self.rows)
        note = f'<p class="caption">{escape(self.note)}</p>' if self.note else ""
        glossary = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in self.meanings
        )
        glossary = f'<dl class="meanings">{glossary}</dl>' if glossary else ""
        return (
            f'<section class="part table"><h2>{escape(self.title)}</h2>'
            f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(self.title)}">'
            f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
            f"{note}{glossary}</section>"
        )

    def terminal(self) -> rich.table.Table:
        """The same cells for `rich` to print; the best value of a column is bold and starred."""
        from rich import box
        from rich.table import Table as RichTable
        from rich.text import Text

        drawn = RichTable(
            title=Text(self.title), title_justify="left", box=box.SIMPLE_HEAD, caption_justify="left"
        )
        drawn.caption = Text(self.note) if self.note else None
        for place, name in enumerate(self.header):
            drawn.add_column(Text(name), justify="right" if place else "left")
        for row in self.rows:
            cells = [
                Text(
                    f"{cell}{BEST_SIGN}" if place in row.best else f"{cell} ",
                    "bold" if place in row.best else "",
                )
                for place, cell in enumerate(row.cells)
            ]
            drawn.add_row(Text(row.name), *cells, style="cyan" if row.strong else "")
        return drawn

    def _row_html(self, row: Row) -> str:
        cells = "".join(
            f'<td class="best"><strong>{escape(cell)}</strong><span class="hidden"> (best)</span></td>'
            if place in row.best
            else f"<td>{escape(cell)}</td>"
            for place, cell in enumerate(row.cells)
        )
        strong = ' class="strong"' if row.strong else ""
        return f'<tr{strong}><th scope="row">{escape(row.name)}</th>{cells}</tr>'


def score_table(
    scores: Sequence[Score],
    *,
    metrics: Sequence[str] | None = None,
    unit: str | None = None,
    title: str = "Model and simple methods",
    note: str = "Measured on the same windows. Bold with a dot: the best value of a column.",
) -> Table:
    """Compare scores: one row each, the best by the first metric on top, one column per metric.

    `metrics` names the columns and their order, by default all that occur; `unit` is the unit of the
    target. A metric that was not measured shows a dash and never counts as best.
    """
    keys = (
        list(dict.fromkeys(key for score in scores for key in score.metrics)) if metrics is None else metrics
    )
    columns = [metric_column(key, unit) for key in keys]
    if columns:
        scores = sorted(scores, key=lambda score: _rank(score, columns[0]))
    texts = [_column_texts(scores, column) for column in columns]
    best = [_best_rows(scores, column, text) for column, text in zip(columns, texts, strict=True)]
    timed = any(score.seconds is not None for score in scores)
    rows = tuple(
        Row(
            score.name,
            (*(text[place] for text in texts), *((_duration(score.seconds),) if timed else ())),
            frozenset(column for column, winners in enumerate(best) if place in winners),
            score.is_model,
        )
        for place, score in enumerate(scores)
    )
    header = ("method", *map(_heading, columns), *(("time to fit",) if timed else ()))
    meanings = tuple((column.label, column.meaning) for column in columns if column.meaning)
    return Table(title, header, rows, note if len(scores) > 1 else "", meanings)


def _rank(score: Score, column: MetricColumn) -> tuple[bool, float]:
    value = column.shown(score.metrics)
    return (not math.isfinite(value), column.distance(value) if math.isfinite(value) else 0.0)


def _column_texts(scores: Sequence[Score], column: MetricColumn) -> list[str]:
    return column.texts([column.shown(score.metrics) for score in scores])


def _best_rows(scores: Sequence[Score], column: MetricColumn, texts: list[str]) -> set[int]:
    """Rows that show the best value; several where they are equal as shown. None if there is no contest."""
    known = [place for place, text in enumerate(texts) if text != UNKNOWN]
    if column.better is None or len(known) < 2:
        return set()
    winner = min(known, key=lambda place: column.distance(column.shown(scores[place].metrics)))
    return {place for place in known if texts[place] == texts[winner]}


def _heading(column: MetricColumn) -> str:
    if column.unit is None:
        return column.label
    return (
        f"{column.label} ({column.unit})" if column.unit and column.unit not in column.label else column.label
    )


def _duration(seconds: float | None) -> str:
    """A time to fit: ``"under 1 s"``, ``"41 s"``, ``"3 min 20 s"``."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    if seconds < 1:
        return "under 1 s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    whole = round(seconds)
    return (
        f"{whole // 60} min {whole % 60} s" if whole < 7200 else f"{whole // 3600} h {whole % 3600 // 60} min"
    )
