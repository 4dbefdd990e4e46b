"""A saved classifier on labelled texts that it has not seen."""

from dataclasses import replace
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.text_table import load_texts
from hiddenstate.errors import InputError
from hiddenstate.workflows.classes.comparison import compare
from hiddenstate.workflows.classes.saved import open_classifier
from hiddenstate.workflows.classes.seen_texts import leak_line
from hiddenstate.workflows.outcome import Outcome


def evaluate_classifier(folder: Path, source: Source) -> Outcome:
    """Label every text of `source` and measure the answers; texts that it learnt from are reported as a leak.

    The plain baselines are not stored with a model: they stand in its report, measured on its own test rows.
    Raises `InputError` where the label column is missing.
    """
    saved = open_classifier(folder)
    table = load_texts(source, replace(saved.run.data, group=None))
    if not len(table):
        raise InputError(f"{table.source}: expected rows with a label, got none. Check the file.")
    comparison = compare(saved.task, saved.models, table, name=saved.run.label)
    return comparison.outcome([*table.notes, *leak_line(saved.seen(), table.texts)])
