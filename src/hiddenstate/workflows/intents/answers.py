"""Intents with their slots as people and programs read them."""

import json
from typing import Any

import polars as pl

from hiddenstate.records import Commands
from hiddenstate.workflows.answers import Answers
from hiddenstate.workflows.tags.answers import marked, slots_by_name

NONE = "none of these"
"""The answer for a text that asks for nothing known."""


def command_answers(result: Commands, *, shown: bool) -> Answers:
    """One row a text; with `shown` also lines for the terminal, the slots in colour."""
    records = [_record(result, row) for row in range(len(result.slots.texts))]
    lines = []
    for row, record in enumerate(records if shown else ()):
        title = f"{record['intent']}  ({100 * record['probability']:.1f} %)"
        lines.append(marked(result.slots, row, title).terminal())
    columns = {"text": pl.String, "intent": pl.String, "probability": pl.Float64, "slots": pl.String}
    flat = [{**record, "slots": json.dumps(record["slots"], ensure_ascii=False)} for record in records]
    return Answers(pl.DataFrame(flat, schema=columns), lines, records)


def _record(result: Commands, row: int) -> dict[str, Any]:
    return {
        "text": result.slots.texts[row],
        "intent": result.named()[row] or NONE,
        "probability": round(float(result.intents.probabilities[row].max()), 6),
        "slots": slots_by_name(result.slots, row),
    }
