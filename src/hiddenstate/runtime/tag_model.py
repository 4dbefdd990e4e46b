"""A saved tagger without torch: words to numbers, the program's scores, the best path through them to tags."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle
from hiddenstate.data.ragged import Ragged
from hiddenstate.data.tagged_table import TaggedTable, casing_of, table_of_texts
from hiddenstate.data.tokens import folded_form
from hiddenstate.errors import BundleError, InputError
from hiddenstate.kernels.step_layer import Floats
from hiddenstate.program import Program, why_not_streaming
from hiddenstate.records import Tagging
from hiddenstate.runtime.chain import Chain, softmax
from hiddenstate.runtime.tag_steps import TagSteps
from hiddenstate.runtime.text_model import AT_ONCE, checked_texts
from hiddenstate.runtime.whole import load_program
from hiddenstate.runtime.word_inputs import word_inputs
from hiddenstate.settings import from_dict
from hiddenstate.tasks.tag_set import TagSet
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.tasks.text_encoder import TextEncoder

Array = NDArray[Any]
LEAST = 1e-12
"""A mean of probabilities counts as at least this where the best path is searched through it."""
Part = tuple[NDArray[np.int64], NDArray[np.int64], Mapping[str, Array]]
"""Rows of a table that were computed together, their lengths, and the program's outputs."""


@final
class TagModel:
    """What `Session` does for words and their tags."""

    kind = "tagger"
    ways_out = (
        "Train on tags that mark no spans with --set model.bidirectional=false --set model.output=softmax, or give "
        "whole texts to run, or to hiddenstate predict."
    )
    """What to do where it cannot stream."""

    def __init__(self, bundle: Bundle, program: Program, stored: Any = None) -> None:
        """`stored`: the task as the bundle keeps it, unless it stands at its own place."""
        try:
            values = bundle.encoders["task"] if stored is None else stored
            self.settings = from_dict(TagSettings, bundle.settings["task"])
            self.encoder = TextEncoder.from_dict(values["encoder"], self.settings)
            self.tags = TagSet.from_dict(values["tags"])
            self.chains = [Chain.from_facts(steps) for steps in program.facts["steps"]]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"{bundle.folder}: expected a stored tagging task, got a damaged one ({error!r}). Train again."
            ) from None
        self.program = program
        weights = bundle.load_weights()
        self.interpreter = load_program(program, weights)
        self.labels = program.outputs["scores0"].labels
        """The tags as the network writes them."""
        self.why_not_stream = self._why_not_stream()
        self._steps = TagSteps(program, weights) if self.why_not_stream is None else None
        self.state_size = self._steps.size if self._steps else 0

    def run(self, texts: Sequence[str]) -> Tagging:
        """Tag whole texts, as ``hiddenstate predict`` does."""
        return self.read(table_of_texts(checked_texts(texts), self.settings.tokens))

    def read(self, table: TaggedTable, also: Callable[[Part], None] = lambda part: None) -> Tagging:
        """Tag words that are cut already; tags there are not looked at. `also` is shown every part."""
        tags: list[tuple[str, ...]] = [()] * len(table)
        sure = [np.zeros(0, np.float32)] * len(table)
        for rows, lengths, found in self._parts(table):
            best, probabilities = self._decode(found, lengths)
            for place, row in enumerate(rows):
                tags[row] = self.tags.decode(best[place, : lengths[place]].tolist())
                sure[row] = probabilities[place, : lengths[place]].astype(np.float32)
            also((rows, lengths, found))
        places = tuple(tuple((word.start, word.stop) for word in row) for row in table.words)
        return Tagging(table.texts, places, tuple(tags), self.tags.spans, tuple(sure))

    def step(self, words: Sequence[str], values: Floats) -> tuple[Array, Floats]:
        """Read one word for each stream: probabilities (streams, tags) of its tag, states (streams, size)."""
        assert self._steps is not None, "the session asks first"
        for number, word in enumerate(checked_texts(words)):
            if not word.strip():
                raise InputError(f"x: expected a word, got {word!r} at {number}. Give words one by one.")
        inputs = self._encoded([[word] for word in words])
        del inputs["lengths"]
        return self._steps.advance(inputs, values)

    def label(self, probabilities: Array) -> tuple[str, ...]:
        """The tag that probabilities (tags,) speak for."""
        return (self.labels[int(np.argmax(probabilities))],)

    def _why_not_stream(self) -> str | None:
        if (reason := why_not_streaming(self.program)) is not None:
            return reason
        if self.program.facts["output"] == "crf":
            return "its CRF decides on the tags of a sentence together"
        if self.tags.spans:
            return "its tags mark spans, and what keeps to their scheme is decided for a sentence as a whole"
        return None

    def _encoded(self, words: Sequence[Sequence[str]]) -> dict[str, Array]:
        """The inputs of the program."""
        forms = [[folded_form(word, self.settings.tokens) for word in row] for row in words]
        inputs = word_inputs(self.encoder, forms)
        if "casing" in self.program.inputs:
            inputs["casing"] = Ragged.of([[casing_of(word) for word in row] for row in words]).padded()
        return inputs

    def _parts(self, table: TaggedTable) -> Iterator[Part]:
        """The outputs of all rows, those of about one length together."""
        order = np.argsort([len(row) for row in table.words], kind="stable").astype(np.int64)
        for first in range(0, len(order), AT_ONCE):
            rows = order[first : first + AT_ONCE]
            inputs = self._encoded([[word.form for word in table.words[row]] for row in rows])
            yield rows, inputs["lengths"], self.interpreter(inputs)

    def _decode(self, found: Mapping[str, Array], lengths: NDArray[np.int64]) -> tuple[Array, Array]:
        """(B, T) the best tags and each one's probability, as `hiddenstate.tasks.tag.decoded`."""
        scores = [found[f"scores{number}"] for number in range(len(self.chains))]
        crf = self.program.facts["output"] == "crf"
        each = [
            chain.probabilities(own, lengths) if crf else softmax(own)
            for chain, own in zip(self.chains, scores, strict=True)
        ]
        mean = np.mean(each, axis=0)  # (B, T, K)
        if len(scores) == 1:
            best = self.chains[0].best(scores[0], lengths)
        else:
            best = self.chains[0].free().best(np.log(mean.clip(min=LEAST)), lengths)
        return best, np.take_along_axis(mean, best.clip(min=0)[:, :, np.newaxis], axis=2)[:, :, 0]
