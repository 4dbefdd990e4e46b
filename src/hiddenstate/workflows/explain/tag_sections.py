"""The tags of one text as sections of a page: the text, every word with its tag, and the path of a CRF."""

from collections.abc import Sequence

import numpy as np
from torch import nn

from hiddenstate import plots
from hiddenstate.data.spans import OUTSIDE
from hiddenstate.inspection import tag_evidence, tag_path
from hiddenstate.inspection.tag_reader import Tagged, TagReader
from hiddenstate.records import Tagging
from hiddenstate.tasks.tag import TagTask
from hiddenstate.workflows.evidence_sections import text_sections
from hiddenstate.workflows.tags.answers import character_spans, marked

PATH = "path"
"""What a CRF adds up on its best path."""
NO_PATH = (
    "expected a network with a CRF, got one that answers each word for itself: there are no transitions. "
    'Show tags, or train with --set "model.output=crf".'
)
LISTED = 12
"""Words or spans that a headline names."""


def all_tags(result: Tagging, tagged: Tagged, reader: TagReader, chosen: int | None) -> list[plots.Section]:
    """The text with its spans, and a table of every word's tag, its probability and the next likely tag."""
    names = reader.task.tags.names
    rows = []
    for place, token in enumerate(reader.tokens):
        order = np.argsort(-tagged.chances[place], kind="stable")
        own = int(tagged.best[place])
        other = int(next(number for number in order if number != own))
        cells = (names[own], _percent(tagged.chances[place, own]))
        rest = (names[other], _percent(tagged.chances[place, other]))
        rows.append(plots.Row(f"{place + 1}: {token}", (*cells, *rest), strong=place == chosen))
    note = "What led to the tag of another word: explain with --word and its number."
    table = plots.Table(
        "Every word and its tag", ("word", "tag", "probability", "next", "probability"), tuple(rows), note
    )
    return [plots.MarkedTexts([marked(result, 0)], title="The text with its tags"), table]


def why_tag(task: TagTask, models: Sequence[nn.Module], text: str, word: int) -> list[plots.Section]:
    """What the tag of one word, counted from 1, rests on."""
    found = tag_evidence(task, models, text, word=word)
    return text_sections(
        found, title=f"What the tag of word {word} rests on: “{found.integrated.places[word - 1]}”"
    )


def best_path(task: TagTask, models: Sequence[nn.Module], text: str) -> list[plots.Section]:
    """The sum behind the tags, of the first network."""
    path = tag_path(task, models[0], text)
    whose = f"Of network 1 of {len(models)}; the answer is that of all. " if len(models) > 1 else ""
    return [plots.tag_path_table(path, whose=whose)]


def told(result: Tagging) -> str:
    """The spans of a text, or the tag of each word, in one line."""
    text = result.texts[0]
    spans = [span for span in character_spans(result, 0) if not result.marks_spans or span.name != OUTSIDE]
    parts = [f"{name} “{text[start:stop]}”" for start, stop, name in spans[:LISTED]]
    more = f" and {len(spans) - LISTED} more" if len(spans) > LISTED else ""
    return ", ".join(parts) + more


def least_sure(tagged: Tagged, reader: TagReader, place: int) -> str:
    """Which word the page asks about, and how sure its tag is."""
    name = reader.task.tags.names[int(tagged.best[place])]
    least = ", the least sure of all" if place == int(tagged.sure.argmin()) else ""
    return (
        f"Word {place + 1}, “{reader.tokens[place]}”, is {name}, {_percent(tagged.sure[place])} sure{least}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
