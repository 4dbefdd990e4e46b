"""A saved transcriber without torch: recordings to frames, the program, log probabilities to texts with times."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle
from hiddenstate.data.recordings import read_frames
from hiddenstate.data.sound import Frames, FrontendSettings
from hiddenstate.data.sound.stacking import frames_side_by_side
from hiddenstate.data.transcripts import TranscriptSettings, Utterances
from hiddenstate.errors import BundleError, InputError
from hiddenstate.program import Program, carry_states, why_not_streaming
from hiddenstate.records.transcription import Transcription
from hiddenstate.runtime.whole import load_program
from hiddenstate.settings import from_dict
from hiddenstate.tasks.ctc import Logs
from hiddenstate.tasks.live_transcript import LiveTranscript
from hiddenstate.tasks.long_recordings import LONGEST_WHOLE, read_in_pieces
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.tasks.transcript_coder import TranscriptCoder

Array = NDArray[Any]
AT_ONCE = 32
"""Recordings that are computed side by side."""


@final
class TranscriptModel:
    """What `Session` does for what is said."""

    kind = "transcriber"
    ways_out = (
        "Give frames to hiddenstate.workflows.transcripts.live.open_live, or a recording to hiddenstate predict "
        "--partial."
    )

    def __init__(self, bundle: Bundle, program: Program) -> None:
        self.files = from_dict(TranscriptSettings, bundle.settings.get("data", {}))
        self.frontend = from_dict(FrontendSettings, bundle.settings.get("frontend", {}))
        settings = from_dict(TranscribeSettings, bundle.settings.get("task", {}))
        try:
            stack, stored = int(program.facts["stack"]), bundle.encoders["task"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"{bundle.folder}: expected a stored transcription task, got a damaged one ({error!r}). Train again."
            ) from None
        self.coder = TranscriptCoder.from_dict(stored, settings, stack)
        reason = why_not_streaming(program)
        self.both = reason is not None
        """Whether it reads from the end, too."""
        self.program = program if self.both else carry_states(program)
        """With its states as inputs where it goes on from step to step."""
        self.interpreter = load_program(self.program, bundle.load_weights())
        self.labels = program.outputs["log_probabilities"].labels
        self.why_not_stream = reason or self.coder.why_not_live

    def run(self, files: Sequence[str | Path]) -> Transcription:
        """Write down recordings, as ``hiddenstate predict`` does. Raises `InputError` for one that cannot be read."""
        return self.read(self._recordings(files))

    def read(self, table: Utterances) -> Transcription:
        """Write down recordings that are frames already. Raises `InputError` for other features than in training."""
        return self.coder.transcription(table, self.log_probabilities(table))

    def log_probabilities(self, table: Utterances) -> list[Logs]:
        """(steps, 1 + letters) of each recording; a long one is read in pieces."""
        self.coder.check(table)
        result: list[Logs] = [np.zeros((0, len(self.labels)), np.float32)] * len(table)
        sizes = np.array([len(frames) for frames in table.frames], dtype=np.int64)
        for row in np.flatnonzero(sizes > LONGEST_WHOLE):
            read = self.coder.prepared(table.frames[row])
            result[row] = read_in_pieces(self._read_on, read, stack=self.coder.stack, both=self.both)
        short = np.flatnonzero(sizes <= LONGEST_WHOLE)
        order = short[np.argsort(sizes[short], kind="stable")]
        for first in range(0, len(order), AT_ONCE):
            rows = order[first : first + AT_ONCE]
            inputs = self._inputs([table.frames[row] for row in rows])
            found = self.interpreter(inputs)["log_probabilities"]
            for place, row in enumerate(rows):
                result[row] = found[place, : inputs["lengths"][place]]
        return result

    def inputs(self, files: Sequence[str | Path]) -> dict[str, Array]:
        """What the program, and its ONNX graph, reads of recordings: "frames" (files, steps, stack · features) float32,
        0 in padding, and "lengths" (files,) int64.
        """
        table = self._recordings(files)
        self.coder.check(table)
        return self._inputs(table.frames)

    def live(self) -> LiveTranscript:
        """For a recording that is still going on. Raises `SettingsError` where the model needs what comes later."""
        return LiveTranscript(self.coder, self._read_on, both=self.both)

    def _read_on(self, frames: Frames, state: Any) -> tuple[Logs, Any]:
        """A piece of one recording, as `hiddenstate.tasks.long_recordings.Read`."""
        steps = frames_side_by_side(frames, self.coder.stack)[np.newaxis]
        found = self.interpreter({"frames": steps, **(state or {})})
        after = {name: found[following] for name, following in self.program.states.items()}
        return found["log_probabilities"][0], after

    def _inputs(self, read: Sequence[Frames]) -> dict[str, Array]:
        rows = [frames_side_by_side(self.coder.prepared(frames), self.coder.stack) for frames in read]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        width = self.coder.stack * self.coder.blocks * self.coder.features
        frames = np.zeros((len(rows), int(lengths.max(initial=0)), width), dtype=np.float32)
        for row, values in enumerate(rows):
            frames[row, : len(values)] = values
        return {"frames": frames, "lengths": lengths}

    def _recordings(self, files: Sequence[str | Path]) -> Utterances:
        if isinstance(files, str | Path):
            raise InputError("files: expected a list of recordings, got one name. Put it in square brackets.")
        frames = tuple(read_frames(Path(file), self.frontend) for file in files)
        return Utterances(tuple(map(str, files)), frames, None, "recordings")
