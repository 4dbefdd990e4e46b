"""What a saved model costs: time here, bytes of weights, flash and RAM, here or as C; no torch."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle, open_bundle
from hiddenstate.data.joint_pieces import BEGIN, END
from hiddenstate.errors import SettingsError
from hiddenstate.export.c_model import NO_SEARCH, count_weights, to_c
from hiddenstate.program.shapes import known
from hiddenstate.runtime.running import RunningModel
from hiddenstate.runtime.session import Session
from hiddenstate.runtime.translator import KIND as TRANSLATES
from hiddenstate.runtime.translator import Translator

if TYPE_CHECKING:
    from hiddenstate.runtime.sound_model import SoundModel
    from hiddenstate.runtime.transcript_model import TranscriptModel

WORDS = 20
"""Words of the text that is timed where a model reads whole texts."""
REPEATS = 100


@dataclass(frozen=True)
class OnChip:
    """The model as generated C."""

    weights: Literal["float32", "int8"]
    flash_bytes: int
    """Weights and words, without code."""
    ram_bytes: int
    """Working memory of one call: a step where the model streams, else a whole input."""
    state_bytes: int | None
    """For each stream; None where the model cannot stream step by step as C."""


@dataclass(frozen=True)
class Budget:
    """What a model costs."""

    kind: str
    parameters: int
    weight_bytes: dict[str, int]
    """By format; int8 has a scale for each row of a matrix, and float32 for all else."""
    timed: str
    """What the time is of: "one step", "a text of 20 words", "a second of sound", "a forecast from its window", "a
    piece that is written, beam of 5"."""
    microseconds: float
    """Median, here, without torch."""
    streams: bool
    why_not: str | None
    """Why not, in words."""
    c: tuple[OnChip, ...]
    """Empty where the model is too large for generated C."""
    c_longest: int
    """Steps that the C code sets memory aside for."""
    why_no_c: str | None
    further_times: dict[str, float] = field(default_factory=dict)
    """What else was timed -> median in microseconds."""
    ram_bytes: dict[str, int] = field(default_factory=dict)
    """Of a model without C: what for -> bytes of memory in the runtime here."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def budget(folder: Path, *, longest: int = 256) -> Budget:
    """Measure a saved model. Raises `BundleError` for a folder that is none."""
    bundle = open_bundle(folder)
    if bundle.kind == TRANSLATES:
        return _of_translator(bundle, longest)
    session = Session(bundle)
    program = session.program
    timed, microseconds = _time(session)
    chips, why_no_c = _on_chip(session, longest)
    return Budget(
        kind=session.kind,
        parameters=count_weights(program),
        weight_bytes=_weight_bytes(program.weights),
        timed=timed,
        microseconds=microseconds,
        streams=session.why_not_stream is None,
        why_not=session.why_not_stream,
        c=chips,
        c_longest=longest,
        why_no_c=why_no_c,
    )


def _of_translator(bundle: Bundle, longest: int) -> Budget:
    """A step of its decoder, for all hypotheses at once, beside what reading the sentence took."""
    translator = Translator.of(bundle)
    network = translator.network
    beam = min(translator.search.beam, network.pieces - END)
    numbers = np.arange(WORDS) % (network.pieces - END) + END
    shapes = {name: array.shape for name, array in bundle.load_weights().items()}
    decodings = {width: network.begin(numbers, width) for width in (beam, 1)}
    times = {}
    for width, decoding in decodings.items():
        _, _, pieces = decoding.step([0], [BEGIN], [0.0])
        step = partial(decoding.step, [0] * width, pieces[:width], [0.0] * width)
        times[width] = _median(step)
    reading = _median(lambda: network.begin(numbers, beam)) / WORDS
    return Budget(
        kind=bundle.kind,
        parameters=sum(int(np.prod(shape)) for shape in shapes.values()),
        weight_bytes=_weight_bytes(shapes),
        timed=f"a piece that is written, beam of {beam}",
        microseconds=times[beam],
        streams=False,
        why_not="it reads a whole sentence before it writes",
        c=(),
        c_longest=longest,
        why_no_c=f"{NO_SEARCH}; the runtime needs no torch",
        further_times={
            "a piece that is written, greedily": times[1],
            f"a piece that is read, of {WORDS}": reading,
        },
        ram_bytes={
            "weights as the kernels hold them": network.weight_bytes,
            f"a sentence of {WORDS} pieces, beam of {beam}": decodings[beam].work_bytes,
        },
    )


def _weight_bytes(shapes: Any) -> dict[str, int]:
    counts = {name: int(np.prod(shape)) for name, shape in shapes.items()}
    total = sum(counts.values())
    int8 = sum(
        counts[name] + 4 * counts[name] // shape[-1] if len(shape) == 2 else 4 * counts[name]
        for name, shape in shapes.items()
    )
    return {"float32": 4 * total, "bfloat16": 2 * total, "int8": int8}


def _on_chip(session: Session, longest: int) -> tuple[tuple[OnChip, ...], str | None]:
    from hiddenstate.workflows.classes.lexicon import lexicon_of

    reads = session.texts or session.tags or session.commands
    lexicon = lexicon_of(reads.encoder) if reads else None
    holder = reads or session.series or session.sounds or session.transcripts
    assert holder is not None
    weights: dict[str, NDArray[Any]] = holder.interpreter.weights
    chips = []
    kinds: tuple[Literal["float32", "int8"], ...] = ("float32", "int8")
    try:
        for kind in kinds:
            model = to_c(session.program, weights, kind=kind, longest=longest, lexicon=lexicon)
            steps = model.step_work_bytes
            ram = model.work_bytes if steps is None else steps
            chips.append(OnChip(kind, model.flash_bytes, ram, None if steps is None else model.state_bytes))
    except SettingsError as error:
        return (), str(error)
    return tuple(chips), None


def _time(session: Session) -> tuple[str, float]:
    """What was timed, and its median in microseconds."""
    if session.sounds is not None:
        return _time_sound(session.sounds)
    if session.transcripts is not None:
        return _time_transcript(session.transcripts)
    texts = session.texts or session.tags or session.commands
    if texts is None:
        assert session.series is not None
        interpreter = session.series.interpreter
        windows = {
            name: np.zeros((1, *(known(size) for size in given.shape[1:])), np.float32)
            for name, given in session.program.inputs.items()
        }
        return "a forecast from its window", _median(lambda: interpreter(windows))
    word = texts.encoder.vocabulary.forms[-1]
    if texts.why_not_stream is not None:
        text = " ".join([word] * WORDS)
        return f"a text of {WORDS} words", _median(lambda: texts.run([text]))
    state = session.initial_state()
    return "one step", _median(lambda: session.step(word, state))


def _time_sound(model: "SoundModel") -> tuple[str, float]:
    """One step where the model can be always on, else a second of sound; without the frames, which are Kaldi's work."""
    width = known(model.program.inputs["frames"].shape[2])
    milliseconds = model.stride * model.frontend.shift_ms
    if model.why_not_stream is None:
        running = RunningModel(model.interpreter, ["probabilities"])
        state, step = np.zeros((1, running.size), np.float32), {"frames": np.zeros((1, 1, width), np.float32)}

        def listen() -> None:
            running.answer(running.advance(step, state))

        return f"one step of {milliseconds:g} ms of sound", _median(listen)
    return _time_second(model, milliseconds)


def _time_transcript(model: "TranscriptModel") -> tuple[str, float]:
    """As `_time_sound`; without the search, whose time depends on what is said."""
    milliseconds = 1000 * model.coder.step_seconds
    if model.why_not_stream is not None:
        return _time_second(model, milliseconds)
    step = {"frames": np.zeros((1, 1, known(model.program.inputs["frames"].shape[2])), np.float32)}
    found = model.interpreter(step)
    after = step | {name: found[following] for name, following in model.program.states.items()}
    return f"one step of {milliseconds:g} ms of sound", _median(lambda: model.interpreter(after))


def _time_second(model: "SoundModel | TranscriptModel", milliseconds: float) -> tuple[str, float]:
    """`milliseconds`: those of a step."""
    steps, width = max(1, round(1000 / milliseconds)), known(model.program.inputs["frames"].shape[2])
    second = {"frames": np.zeros((1, steps, width), np.float32), "lengths": np.array([steps])}
    return "a second of sound", _median(lambda: model.interpreter(second))


def _median(call: Callable[[], object]) -> float:
    for _ in range(5):
        call()
    seconds = []
    for _ in range(REPEATS):
        start = perf_counter()
        call()
        seconds.append(perf_counter() - start)
    return float(np.median(seconds) * 1e6)
