"""A saved text classifier without torch: words to numbers, the program, probabilities to labels."""

from collections.abc import Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle
from hiddenstate.data.vocabulary import UNKNOWN
from hiddenstate.errors import BundleError, InputError, ShapeError
from hiddenstate.kernels.step_layer import Floats
from hiddenstate.program import Program, why_not_streaming
from hiddenstate.records import Classification
from hiddenstate.runtime.running import RUNNING_POOLS, RunningModel
from hiddenstate.runtime.whole import load_program
from hiddenstate.runtime.word_inputs import word_inputs
from hiddenstate.settings import from_dict
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.tasks.text_encoder import TextEncoder
from hiddenstate.tasks.threshold import decide

Array = NDArray[Any]
AT_ONCE = 64
"""Texts that are computed side by side."""


@final
class TextModel:
    """What `Session` does for texts."""

    kind = "text classifier"
    ways_out = (
        'Train with bidirectional = false and pool = "last", "mean" or "max", or give whole texts to run (chunks with '
        "some words of look-ahead, say)."
    )
    """What to do where it cannot stream."""

    def __init__(self, bundle: Bundle, program: Program) -> None:
        try:
            settings = from_dict(ClassifySettings, bundle.settings["task"])
            self.encoder = TextEncoder.from_dict(bundle.encoders["task"]["encoder"], settings)
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"{bundle.folder}: expected a stored classification task, got a damaged one ({error!r}). Train again."
            ) from None
        self.program = program
        self.interpreter = load_program(program, bundle.load_weights())
        self.answers = sorted(name for name in program.outputs if name.startswith("probabilities"))
        """Outputs of each level of the labels, coarse first."""
        self.labels = program.outputs[self.answers[-1]].labels
        self.why_not_stream = why_not_streaming(program, pools=RUNNING_POOLS)
        if self.encoder.pairs is not None and self.why_not_stream is None:
            self.why_not_stream = "it counts pairs of words, and words come one by one"
        self._running = (
            RunningModel(self.interpreter, self.answers[-1:]) if self.why_not_stream is None else None
        )
        self.state_size = self._running.size if self._running else 0

    def run(self, texts: Sequence[str]) -> Classification:
        """Label whole texts, as ``hiddenstate predict`` does."""
        cleaned = checked_texts(texts)
        cut = [self.encoder.tokenizer.cut(text) for text in cleaned]
        forms = [[token.form for token in row] for row in cut]
        probabilities = np.zeros((len(cleaned), len(self.labels)))
        weights = [np.zeros(0, np.float32)] * len(cleaned)
        order = np.argsort([len(row) for row in forms], kind="stable")
        for first in range(0, len(order), AT_ONCE):
            rows = order[first : first + AT_ONCE]
            inputs = self._encoded([forms[row] for row in rows])
            found = self.interpreter(inputs)
            probabilities[rows] = found[self.answers[-1]]
            for place, row in enumerate(rows):
                weights[row] = found["attention"][place, : len(forms[row])].astype(np.float32)
        return Classification(
            labels=self.labels,
            probabilities=probabilities,
            predicted=decide(probabilities, self._threshold, multi_label=self._several),
            texts=tuple(cleaned),
            tokens=tuple(
                tuple(text[token.start : token.stop] for token in row)
                for text, row in zip(cleaned, cut, strict=True)
            ),
            weights=tuple(weights),
            truth=None,
            multi_label=self._several,
        )

    def step(self, pieces: Sequence[str], values: Floats) -> tuple[Array, Floats]:
        """Read one piece of text more for each stream: probabilities (streams, classes), states (streams, size)."""
        assert self._running is not None, "the session asks first"
        forms = self.encoder.forms(checked_texts(pieces))
        values = values.copy()
        for place in range(max(map(len, forms))):
            rows = np.flatnonzero([len(row) > place for row in forms])
            inputs = self._encoded([[forms[row][place]] for row in rows])
            del inputs["lengths"]
            values[rows] = self._running.advance(inputs, values[rows])
        return self._running.answer(values)[self.answers[-1]], values

    def label(self, probabilities: Array) -> tuple[str, ...]:
        """The labels that probabilities (classes,) speak for; none of them where they are too low."""
        found = decide(probabilities[np.newaxis], self._threshold, multi_label=self._several)[0]
        places = np.flatnonzero(found) if self._several else [found] if found >= 0 else []
        return tuple(self.labels[place] for place in places)

    @property
    def _threshold(self) -> float | None:
        threshold: float | None = self.program.facts["threshold"]
        return threshold

    @property
    def _several(self) -> bool:
        return bool(self.program.facts["multi_label"])

    def _encoded(self, forms: Sequence[Sequence[str]]) -> dict[str, Array]:
        inputs = word_inputs(self.encoder, forms)
        if self.encoder.pairs is not None:
            inputs["counted"] = np.where(
                inputs["words"] < len(self.encoder.vocabulary), inputs["words"], UNKNOWN
            )
            inputs["pairs"] = self.encoder.pairs.encode(forms).padded()
        return inputs


def checked_texts(texts: Sequence[str]) -> list[str]:
    """The texts, without the character NUL. Raises `InputError` for a single text, `ShapeError` for what is no text."""
    if isinstance(texts, str):
        raise InputError("texts: expected a list of texts, got one text. Put it in square brackets.")
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise ShapeError(
                f"x: expected a text, got {type(text).__name__} at {number}. Give words as they stand in a text."
            )
    return [text.replace("\0", " ") for text in texts]
