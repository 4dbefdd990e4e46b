"""A saved reader of commands without torch: the tags of a `TagModel`, and the intent of each text."""

from collections.abc import Sequence
from typing import final

import numpy as np

from hiddenstate.bundle import Bundle
from hiddenstate.data.tagged_table import TaggedTable, table_of_texts
from hiddenstate.errors import BundleError
from hiddenstate.program import Program
from hiddenstate.records import Classification, Commands
from hiddenstate.runtime.tag_model import Part, TagModel
from hiddenstate.runtime.text_model import checked_texts
from hiddenstate.tasks.threshold import decide


@final
class CommandModel:
    """What `Session` does for intents with slots."""

    kind = "intent and slot reader"
    why_not_stream = "an intent is that of a whole text"
    ways_out = "Give whole texts to run, or to hiddenstate predict."

    def __init__(self, bundle: Bundle, program: Program) -> None:
        try:
            stored = bundle.encoders["task"]["words"]
        except (KeyError, TypeError) as error:
            raise BundleError(
                f"{bundle.folder}: expected a stored task of intents, got a damaged one ({error!r}). Train again."
            ) from None
        self.words = TagModel(bundle, program, stored)
        self.program = program
        self.interpreter = self.words.interpreter
        self.encoder = self.words.encoder
        self.labels = program.outputs["probabilities"].labels

    def run(self, texts: Sequence[str]) -> Commands:
        """Intent and slots of whole texts, as ``hiddenstate predict`` does."""
        return self.read(table_of_texts(checked_texts(texts), self.words.settings.tokens))

    def read(self, table: TaggedTable) -> Commands:
        """The same for texts that are cut already; what stands there besides is not looked at."""
        probabilities = np.zeros((len(table), len(self.labels)))
        weights = [np.zeros(0, np.float32)] * len(table)

        def also(part: Part) -> None:
            rows, lengths, found = part
            probabilities[rows] = found["probabilities"]
            for place, row in enumerate(rows):
                weights[row] = found["attention"][place, : lengths[place]].astype(np.float32)

        slots = self.words.read(table, also)
        intents = Classification(
            labels=self.labels,
            probabilities=probabilities,
            predicted=decide(probabilities, self.program.facts["threshold"]),
            texts=table.texts,
            tokens=tuple(tuple(word.form for word in row) for row in table.words),
            weights=tuple(weights),
            truth=None,
        )
        return Commands(slots, intents)
