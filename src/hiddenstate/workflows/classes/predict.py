"""A saved classifier on new texts, computed in torch."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hiddenstate.data.files import Source
from hiddenstate.data.text_table import load_texts, table_of
from hiddenstate.workflows.classes.answers import class_answers
from hiddenstate.workflows.classes.saved import open_classifier
from hiddenstate.workflows.kind import Answers


def label_texts(folder: Path, texts: Sequence[str]) -> Answers:
    """Labels for `texts`, with the words coloured by attention for the terminal."""
    saved = open_classifier(folder)
    return class_answers(saved.task.predict(saved.models, table_of(texts)), shown=True)


def label_file(folder: Path, source: Source) -> Answers:
    """Labels for every text of the model's text column in `source`; labels there are not looked at."""
    saved = open_classifier(folder)
    table = load_texts(source, replace(saved.run.data, target=None, group=None))
    return class_answers(saved.task.predict(saved.models, table), shown=False)
