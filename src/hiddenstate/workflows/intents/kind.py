"""The verbs for models of commands."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, final

import polars as pl

from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_commands
from hiddenstate.data.tagged_table import TaggedTable, table_of_texts
from hiddenstate.models.summary import Summary
from hiddenstate.records import Commands
from hiddenstate.tasks.tag_set import in_bio
from hiddenstate.workflows.classes.seen_texts import leak_line
from hiddenstate.workflows.comparing.arena import Arena
from hiddenstate.workflows.intents.arena import IntentArena
from hiddenstate.workflows.intents.comparison import compare_commands
from hiddenstate.workflows.intents.ground import IntentGround
from hiddenstate.workflows.intents.run_settings import complete
from hiddenstate.workflows.intents.saved import KIND, SavedIntents, open_intents
from hiddenstate.workflows.intents.train import summarise_task, train_intents
from hiddenstate.workflows.kind import Answers, Kind, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.tags.answers import marked, slots_by_name
from hiddenstate.workflows.tuning.ground import Ground

NONE = "none of these"
"""The answer for a text that asks for nothing known."""


@final
class CommandReaders(Kind):
    """Commands: what is asked for, and with which values."""

    task = "intent"
    bundle = KIND
    needs: ClassVar[Mapping[str, str]] = {}
    """Nothing: the file says itself what is text, intent and slot."""

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`."""
        return train_intents(source, complete(values), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> Arena:
        """As `Kind.arena`."""
        return IntentArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> Ground:
        """As `Kind.ground`."""
        return IntentGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_intents(folder)
        table = in_bio(load_commands(source, saved.run.task.tokens))
        notes = (*table.notes, *leak_line(saved.seen(), table.texts))
        return compare_commands(saved.task, saved.models, table, name=saved.run.label).outcome(notes)

    def predict(self, folder: Path, source: Source) -> Answers:
        """Intent and slots of every text of a file; those that stand there are not looked at."""
        saved = open_intents(folder)
        return _answers(saved, load_commands(source, saved.run.task.tokens, labelled=False), shown=False)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """Intent and slots of `texts`, the slots as characters of each text."""
        saved = open_intents(folder)
        return _answers(saved, table_of_texts(texts, saved.run.task.tokens), shown=True)

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        saved = open_intents(folder)
        return summarise_task(saved.task, saved.models[0])


def _answers(saved: SavedIntents, table: TaggedTable, *, shown: bool) -> Answers:
    result = saved.task.predict(saved.models, table)
    records = [_record(result, row) for row in range(len(table))]
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
