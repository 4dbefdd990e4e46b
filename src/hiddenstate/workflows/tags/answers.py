"""Tags as people and programs read them: coloured spans, tables, plain objects."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from hiddenstate.data.spans import OUTSIDE, Span, spans_of
from hiddenstate.plots.tagged_text import MarkedText
from hiddenstate.records import Tagging
from hiddenstate.workflows.answers import Answers


def character_spans(result: Tagging, row: int, tags: Sequence[str] | None = None) -> list[Span]:
    """The spans of one text as characters of it; of plain tags a span for each word."""
    own, words = result.tags[row] if tags is None else tags, result.words[row]
    if not result.marks_spans:
        return [Span(start, stop, tag) for (start, stop), tag in zip(words, own, strict=True)]
    return [Span(words[span.start][0], words[span.stop - 1][1], span.name) for span in spans_of(own)]


def marked(result: Tagging, row: int, title: str = "") -> MarkedText:
    """One text with its spans, and with the true ones where they are known and differ."""
    spans = tuple(character_spans(result, row))
    truth = None
    if result.truth is not None and result.truth[row] != result.tags[row]:
        truth = tuple(character_spans(result, row, result.truth[row]))
    return MarkedText(result.texts[row], spans, truth, title)


def tag_table(result: Tagging) -> pl.DataFrame:
    """One row a word: number of its text, where it stands in it, the word, its tag and how sure that is."""
    rows = [
        (row + 1, start, stop, text[start:stop], tag, _sure(result, row, place))
        for row, text in enumerate(result.texts)
        for place, ((start, stop), tag) in enumerate(zip(result.words[row], result.tags[row], strict=True))
    ]
    columns = {"text": pl.Int64, "start": pl.Int64, "stop": pl.Int64, "word": pl.String, "tag": pl.String}
    return pl.DataFrame(rows, schema={**columns, "probability": pl.Float64}, orient="row")


def tag_records(result: Tagging) -> list[dict[str, Any]]:
    """One object a text: the text, its words with their tags and, where tags mark them, its spans."""
    records = []
    for row, text in enumerate(result.texts):
        words = [
            {"start": start, "stop": stop, "text": text[start:stop], "tag": tag}
            for (start, stop), tag in zip(result.words[row], result.tags[row], strict=True)
        ]
        record: dict[str, Any] = {"text": text, "words": words}
        if result.marks_spans:
            record["spans"] = [
                {"start": start, "stop": stop, "text": text[start:stop], "name": name}
                for start, stop, name in character_spans(result, row)
            ]
        records.append(record)
    return records


def tag_answers(result: Tagging, *, shown: bool) -> Answers:
    """One row a word; with `shown` also lines for the terminal, the spans in colour."""
    lines = [marked(result, row).terminal() for row in range(len(result.texts))] if shown else []
    return Answers(tag_table(result), lines, tag_records(result))


def slots_by_name(result: Tagging, row: int) -> dict[str, list[dict[str, Any]]]:
    """The spans of one text under their names, each with its characters and its words."""
    slots: dict[str, list[dict[str, Any]]] = {}
    text = result.texts[row]
    for start, stop, name in character_spans(result, row):
        if name != OUTSIDE:
            slots.setdefault(name, []).append({"start": start, "stop": stop, "text": text[start:stop]})
    return slots


def _sure(result: Tagging, row: int, place: int) -> float | None:
    return None if result.probabilities is None else round(float(result.probabilities[row][place]), 4)
