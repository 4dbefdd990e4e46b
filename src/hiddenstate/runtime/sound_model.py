"""A saved model that hears, without torch: files to frames, the program, probabilities to labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle
from hiddenstate.data.sound import FrontendSettings, Preparation
from hiddenstate.data.sound.features import check_features
from hiddenstate.data.sound.recordings import Recordings, loudness
from hiddenstate.data.sound.stacking import stack_frames
from hiddenstate.data.sound.table import SoundFileSettings
from hiddenstate.errors import BundleError, InputError
from hiddenstate.program import Program
from hiddenstate.records import Classification
from hiddenstate.runtime.listening import KIND, why_not_listening
from hiddenstate.runtime.whole import load_program
from hiddenstate.settings import from_dict
from hiddenstate.tasks.threshold import decide

Array = NDArray[Any]
Frames = NDArray[np.float32]
AT_ONCE = 64
"""Recordings that are computed side by side."""
READ_AT_ONCE = 512
"""Recordings whose frames are held in memory."""


@final
class SoundModel:
    """What `Session` does for recordings."""

    kind = KIND
    ways_out = "Give samples to hiddenstate.runtime.listening.open_listener or to hiddenstate listen."

    def __init__(self, bundle: Bundle, program: Program) -> None:
        facts = program.facts
        try:
            self.files = from_dict(SoundFileSettings, bundle.settings["data"])
            self.frontend = from_dict(FrontendSettings, facts["frontend"])
            self._prepare = Preparation.from_dict(facts["preparation"])
            self._context, self.stride = int(facts["context"]), int(facts["stride"])
            self._silence, self._threshold = facts["silence"], facts["threshold"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"{bundle.folder}: expected a stored hearing task, got a damaged one ({error!r}). Train again."
            ) from None
        self.program = program
        self.interpreter = load_program(program, bundle.load_weights())
        self.labels = program.outputs["probabilities"].labels
        self.why_not_stream = why_not_listening(program)

    def run(self, files: Sequence[str | Path]) -> Classification:
        """Label recordings, as ``hiddenstate predict`` does. Raises `InputError` for a file that cannot be read."""
        names = _names(files)
        probabilities = np.zeros((len(names), len(self.labels)))
        weights = [np.zeros(0, np.float32)] * len(names)
        silent = np.zeros(len(names), dtype=bool)
        for first in range(0, len(names), READ_AT_ONCE):
            read = self._read(names[first : first + READ_AT_ONCE])
            silent[first : first + len(read)] = [self._is_silent(frames) for frames in read]
            order = np.argsort([len(frames) for frames in read], kind="stable")
            for start in range(0, len(order), AT_ONCE):
                chosen = order[start : start + AT_ONCE]
                inputs = self._prepared([read[place] for place in chosen])
                found = self.interpreter(inputs)
                probabilities[first + chosen] = found["probabilities"]
                for row, place in enumerate(chosen):
                    shares = found["attention"][row, : inputs["lengths"][row]]
                    weights[first + place] = shares.astype(np.float32)
        predicted = decide(probabilities, self._threshold)
        predicted[silent] = -1
        return Classification(
            labels=self.labels,
            probabilities=probabilities,
            predicted=predicted,
            texts=tuple(names),
            tokens=((),) * len(names),
            weights=tuple(weights),
            truth=None,
        )

    def inputs(self, files: Sequence[str | Path]) -> dict[str, Array]:
        """What the program, and its ONNX graph, reads of recordings: "frames" (files, steps, context · features)
        float32, 0 in padding, and "lengths" (files,) int64.
        """
        return self._prepared(self._read(_names(files)))

    def _read(self, names: Sequence[str]) -> list[Frames]:
        recordings = Recordings(self.files, self.frontend)
        read = [recordings.frames(name) for name in names]
        check_features(names, read, expected=self._prepare.read)
        return read

    def _prepared(self, read: Sequence[Frames]) -> dict[str, Array]:
        rows = [stack_frames(self._prepare(frames), self._context, self.stride) for frames in read]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        longest = int(lengths.max(initial=0))
        frames = np.zeros((len(rows), longest, self._context * self._prepare.features), dtype=np.float32)
        for row, values in enumerate(rows):
            frames[row, : len(values)] = values
        return {"frames": frames, "lengths": lengths}

    def _is_silent(self, frames: Frames) -> bool:
        return self._silence is not None and loudness(frames) < float(self._silence)


def _names(files: Sequence[str | Path]) -> list[str]:
    if isinstance(files, str | Path):
        raise InputError("files: expected a list of recordings, got one name. Put it in square brackets.")
    return [str(file) for file in files]
