"""Always on: a saved model that hears, on a stream of samples, in constant memory and without torch."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle, read_program
from hiddenstate.data.sound import Frames, Frontend, FrontendSettings, Preparation
from hiddenstate.data.sound.reading import Samples
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.kernels.step_layer import Floats
from hiddenstate.program import Program, why_not_streaming
from hiddenstate.runtime.running import RUNNING_POOLS, RunningModel
from hiddenstate.runtime.whole import load_program
from hiddenstate.settings import from_dict
from hiddenstate.tasks.operating_points import Candidate

KIND = "sound classifier"
QUIET = "silence"
"""The label of a frame in which nothing sounds."""
NONE = "none of these"
RISE_DB = 2.0
"""How fast, in dB a second, the measured background may rise; it falls at once."""
WAYS_OUT = "Train with --one-directional, which takes a pool and a standardisation that a stream can have."


@dataclass(frozen=True, kw_only=True)
class ListenSettings:
    """When something sounds, and when an answer counts."""

    threshold: float | None = None
    """Probability from which on an answer counts; None: the model's own, and 0 where it has none."""
    above_db: float = 10.0
    """How far a sound stands above the background at least."""
    hang_ms: float = 150.0
    """A sound ends after so much quiet: words have gaps."""
    shortest_ms: float = 80.0
    """What is shorter is a click."""
    refractory_ms: float = 200.0
    """After an answer nothing is answered for so long."""
    smoothing: float = 0.5
    """How much the probability of a frame keeps of those before it in the same sound."""

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0.0 <= self.threshold <= 1.0:
            raise SettingsError(
                f"threshold: expected a probability, got {self.threshold:g}. Give one from 0 to 1."
            )
        for name in ("above_db", "hang_ms", "shortest_ms", "refractory_ms"):
            if getattr(self, name) < 0:
                raise SettingsError(
                    f"{name}: expected 0 or more, got {getattr(self, name):g}. Correct the value."
                )
        if not 0.0 <= self.smoothing < 1.0:
            raise SettingsError(
                f"smoothing: expected from 0 to below 1, got {self.smoothing:g}. Correct the value."
            )


@dataclass(frozen=True)
class Moment:
    """An answer at one time."""

    seconds: float
    """From the start of the stream; of an event, where the sound ended."""
    label: str
    probability: float
    event: bool
    """Whether a sound ended here, or this is a frame on the way."""


def why_not_listening(program: Program) -> str | None:
    """Why a model that hears cannot be always on, in words; None where it can."""
    reason = why_not_streaming(program, pools=RUNNING_POOLS)
    if reason is None and not Preparation.from_dict(program.facts["preparation"]).live:
        reason = "it standardises each recording by its own mean, which is known at its end"
    if reason is None and program.facts["silence"] is None:
        reason = "it was trained on ready-made features, not on sound"
    return reason


@final
class Listener:
    """Hears sounds in a stream: frames, whether they stand out from the background, and the network's state.

    A sound begins where a frame is louder than the background and no quieter than silence as training knows it; from
    there on the network reads it with a fresh state, and what it knew at the last loud frame is the answer. Memory
    does not depend on how long it listens.
    """

    def __init__(
        self, program: Program, weights: Mapping[str, NDArray[Any]], settings: ListenSettings | None = None
    ) -> None:
        """`program`: one of which `why_not_listening` is None; `open_listener` asks."""
        facts = program.facts
        self.settings = settings or ListenSettings()
        self.frontend = from_dict(FrontendSettings, facts["frontend"])
        self.labels = program.outputs["probabilities"].labels
        self._model = RunningModel(load_program(program, weights), ["probabilities"])
        self._prepare = Preparation.from_dict(facts["preparation"])
        self._context, self._stride = int(facts["context"]), int(facts["stride"])
        self._silence, self._longest = float(facts["silence"]), 2 * int(facts["longest"])
        own = facts["threshold"]
        self._threshold = self.settings.threshold if self.settings.threshold is not None else (own or 0.0)
        self._frames = Frontend(self.frontend).stream()
        self._shift = self.frontend.shift / self.frontend.rate
        self._number = 0
        self._background = math.inf
        self._free_at = 0
        self._sound: _Sound | None = None

    def accept(self, samples: Samples) -> Iterator[Moment]:
        """(n,) samples more, from -1 to 1 at the front end's rate: a moment for each frame, and each event."""
        for frame in self._frames.accept(samples):
            yield from self._read(frame)

    def finish(self) -> Iterator[Moment]:
        """The stream has ended: so has what still sounds."""
        yield from self._end()

    def _read(self, frame: NDArray[np.float32]) -> Iterator[Moment]:
        self._number += 1
        loud = self._is_loud(float(frame.mean()))
        if self._sound is None and loud and self._number >= self._free_at:
            self._sound = _Sound(self._context, self._prepare.features, self._model.size)
        if self._sound is None:
            yield self._moment(QUIET, 1.0)
            return
        ended = self._hear(self._sound, frame, loud, self._number)
        yield self._moment(*self._label(self._sound.smooth))
        if ended:
            yield from self._end()

    def _hear(self, sound: "_Sound", frame: NDArray[np.float32], loud: bool, number: int) -> bool:
        """Let the network read frame `number`; whether the sound ends with it."""
        if (step := sound.push(self._prepare(frame[np.newaxis])[0], self._stride)) is not None:
            sound.state = self._model.advance({"frames": step}, sound.state)
            found = self._model.answer(sound.state)["probabilities"][0]
            keep = self.settings.smoothing if sound.smooth is not None else 0.0
            sound.smooth = found if sound.smooth is None else keep * sound.smooth + (1 - keep) * found
        if loud:
            sound.heard(number)
        quiet_ms = (number - sound.last_loud) * self._shift * 1000
        return quiet_ms >= self.settings.hang_ms or sound.age >= self._longest

    def _end(self) -> Iterator[Moment]:
        sound, self._sound = self._sound, None
        if sound is None or not self._is_long(sound):
            return
        label, probability = self._label(sound.answer)
        if label == NONE:
            return
        self._free_at = self._number + self.refractory_frames
        yield Moment(round(sound.last_loud * self._shift, 3), label, probability, event=True)

    @property
    def refractory_frames(self) -> int:
        """Frames after an answer in which no sound begins."""
        return round(self.settings.refractory_ms / (1000 * self._shift))

    def _is_long(self, sound: "_Sound") -> bool:
        return sound.loud_frames * self._shift * 1000 >= self.settings.shortest_ms

    def what_is_loud(self, frames: Frames) -> NDArray[np.bool_]:
        """(n,) whether each of the frames (n, features) of a whole stream stands out from the background."""
        return np.array([self._is_loud(float(frame.mean())) for frame in frames], dtype=bool)

    def sound_from(self, frames: Frames, loud: NDArray[np.bool_], start: int) -> Candidate:
        """What a sound that begins at frame `start` (from 1) of a whole stream would be taken for, however unsure.

        It is heard as in a stream, where only the threshold and the pause after answers decide whether it is.
        """
        sound = _Sound(self._context, self._prepare.features, self._model.size)
        number = start
        while not self._hear(sound, frames[number - 1], bool(loud[number - 1]), number) and number < len(
            frames
        ):
            number += 1
        if sound.answer is None or not self._is_long(sound):
            return Candidate(number, 0.0, None, 0.0)
        place = int(np.argmax(sound.answer))
        seconds = round(sound.last_loud * self._shift, 3)
        return Candidate(number, seconds, self.labels[place], float(sound.answer[place]))

    def _is_loud(self, level: float) -> bool:
        rise = RISE_DB * self._shift * math.log(10) / 10
        self._background = min(level, self._background + rise)
        above = self._background + self.settings.above_db * math.log(10) / 10
        return level > max(above, self._silence)

    def _label(self, probabilities: NDArray[Any] | None) -> tuple[str, float]:
        if probabilities is None:
            return NONE, 0.0
        place = int(np.argmax(probabilities))
        sure = float(probabilities[place])
        return (self.labels[place] if sure >= self._threshold else NONE), sure

    def _moment(self, label: str, probability: float) -> Moment:
        return Moment(round(self._number * self._shift, 3), label, probability, event=False)


def open_listener(bundle: Bundle, settings: ListenSettings | None = None) -> Listener:
    """A saved model at the start of a stream.

    Raises `BundleError` for another kind of model, `SettingsError` for one that cannot listen, and why.
    """
    if bundle.kind != KIND:
        raise BundleError(f"{bundle.folder}: expected a {KIND}, got a {bundle.kind}. Train with --task hear.")
    program = read_program(bundle)
    reason = why_not_listening(program)
    if reason is not None:
        raise SettingsError(
            f"{bundle.folder}: expected a model that can listen, got one that cannot: {reason}. {WAYS_OUT}"
        )
    return Listener(program, bundle.load_weights(), settings)


@final
class _Sound:
    """What is known of the sound that is being heard."""

    def __init__(self, context: int, features: int, size: int) -> None:
        self._window = np.zeros((context, features), dtype=np.float32)
        self.state: Floats = np.zeros((1, size), dtype=np.float32)
        self.smooth: NDArray[Any] | None = None
        self.answer: NDArray[Any] | None = None
        """The probabilities at the last loud frame."""
        self.age = self.loud_frames = self.last_loud = 0

    def push(self, frame: NDArray[np.float32], stride: int) -> NDArray[np.float32] | None:
        """Take a frame; (1, 1, context · features) where it is the turn of a step."""
        self._window = np.concatenate([self._window[1:], frame[np.newaxis]])
        self.age += 1
        return self._window.reshape(1, 1, -1) if (self.age - 1) % stride == 0 else None

    def heard(self, number: int) -> None:
        """Frame `number` was loud."""
        self.last_loud, self.answer = number, self.smooth
        self.loud_frames += 1
