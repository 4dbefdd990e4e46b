"""A saved model at work without torch: whole inputs, or one step after the other with the state in your hands."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle, open_bundle, read_program
from hiddenstate.bundle.contents import ENCODERS, SETTINGS, WEIGHTS
from hiddenstate.errors import BundleError, SettingsError, ShapeError
from hiddenstate.program import Program
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime.state import State, StateError
from hiddenstate.runtime.text_model import TextModel

if TYPE_CHECKING:
    from hiddenstate.records import Classification, Commands, Forecast, Tagging
    from hiddenstate.records.transcription import Transcription
    from hiddenstate.runtime.command_model import CommandModel
    from hiddenstate.runtime.series_model import SeriesModel
    from hiddenstate.runtime.sound_model import SoundModel
    from hiddenstate.runtime.tag_model import TagModel
    from hiddenstate.runtime.transcript_model import TranscriptModel

Array = NDArray[Any]
TAGGER, COMMANDS = "tagger", "intent and slot reader"
SOUNDS = "sound classifier"
"""`listening.KIND`, whose module needs what reads sound."""
FORECASTS = "forecaster"
"""`SeriesModel.kind`, whose module needs what reads tables."""
TRANSCRIBER = "transcriber"
"""`TranscriptModel.kind`, whose module needs what reads sound."""


@final
class Session:
    """An opened model; preprocessing and decoding are part of it, and it keeps nothing between calls.

    Raises `BundleError` for a folder that is no model, one that is damaged (naming the file), and one that was
    trained before models wrote down their program. Imports no torch.
    """

    def __init__(self, model: Path | str | Bundle) -> None:
        """A folder, or a bundle that is open already."""
        bundle = model if isinstance(model, Bundle) else open_bundle(model)
        self.folder = bundle.folder
        self.kind = bundle.kind
        self.program = read_program(bundle)
        digests = [bundle.files[name].sha256 for name in (PROGRAM, WEIGHTS, ENCODERS, SETTINGS)]
        self.model = hashlib.sha256(" ".join(digests).encode()).hexdigest()
        """Whose a state is."""
        self.texts: TextModel | None = None
        self.series: SeriesModel | None = None
        self.sounds: SoundModel | None = None
        self.transcripts: TranscriptModel | None = None
        self.tags: TagModel | None = None
        self.commands: CommandModel | None = None
        if bundle.kind == TextModel.kind:
            self.texts = TextModel(bundle, self.program)
        elif bundle.kind == TAGGER:
            self.tags = _tag_model(bundle, self.program)
        elif bundle.kind == COMMANDS:
            self.commands = _command_model(bundle, self.program)
        elif bundle.kind == SOUNDS:
            self.sounds = _sound_model(bundle, self.program)
        elif bundle.kind == TRANSCRIBER:
            self.transcripts = _transcript_model(bundle, self.program)
        else:
            self.series = _series_model(bundle, self.program)

    @property
    def why_not_stream(self) -> str | None:
        """Why `step` is refused, in words; None where the model answers after each step."""
        return self._opened.why_not_stream

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of a text classifier or of what hears, in the order of their probabilities; the tags of a tagger
        as its network writes them, the intents of a reader of commands, the letters of a transcriber after "" for no
        letter; none for a forecaster.
        """
        model = self.texts or self.tags or self.commands or self.sounds or self.transcripts
        return () if model is None else model.labels

    def run(self, inputs: Any) -> "Classification | Tagging | Commands | Transcription | Forecast":
        """Whole inputs, as ``hiddenstate predict``: a list of texts, a list of recordings (paths), or the rows of a
        series (a path or a data frame).

        Raises `InputError` for inputs that the model cannot read.
        """
        return self._opened.run(inputs)

    def initial_state(self, streams: int | None = None) -> State:
        """Nothing read yet. For one stream, or for that many. Raises `SettingsError` for a model that cannot stream."""
        size = self._streaming().state_size
        return State(self.model, np.zeros((size,) if streams is None else (streams, size), np.float32))

    def step(self, x: str | Sequence[str], state: State | None = None) -> tuple[Array, State]:
        """Read on: `x` is the next word or piece of a text or, with the state of several streams, one for each.

        Returns the probabilities of all that was read so far, (classes,) or (streams, classes), and the state after
        it. Neither argument is changed. A text cut between two words gives the numbers of the whole text; a piece
        without a word changes nothing. A tagger takes one word and gives the probabilities of its tag.
        Raises `ShapeError` for anything but text, `InputError` for an empty word where a tagger is to read one,
        `StateError` for a state of another model or another number of streams, `SettingsError` for a model that
        cannot stream, with the reason and the ways out.
        """
        model = self._streaming()
        one = isinstance(x, str)
        if not one and not isinstance(x, list | tuple):
            raise ShapeError(
                f"x: expected a text or a list of texts, got {type(x).__name__}. Give words as they stand in a text."
            )
        given = state if state is not None else self.initial_state(None if one else len(x))
        values = self._checked(given, None if one else len(x), model.state_size)
        answers, after = model.step([x] if isinstance(x, str) else x, values.reshape(-1, model.state_size))
        return (answers[0] if one else answers), State(self.model, after.reshape(values.shape))

    def label(self, probabilities: Array) -> tuple[str, ...]:
        """What probabilities (classes,) say: one label, several, or () for "none of these"."""
        model = self.texts or self.tags
        if model is None:
            raise SettingsError(
                f"{self.folder}: expected a text classifier or a tagger, got a {self.kind}. Take the answers of run."
            )
        return model.label(np.asarray(probabilities))

    @property
    def _opened(self) -> "TextModel | TagModel | CommandModel | SoundModel | TranscriptModel | SeriesModel":
        model = self.texts or self.tags or self.commands or self.sounds or self.transcripts or self.series
        assert model is not None
        return model

    def _streaming(self) -> "TextModel | TagModel":
        heard = self.sounds or self.transcripts
        if heard is not None:
            raise SettingsError(
                f"{self.folder}: expected a model that reads words step by step, got a {self.kind}. "
                f"{heard.ways_out}"
            )
        model = self.texts or self.tags
        if model is None or model.why_not_stream is not None:
            raise SettingsError(
                f"{self.folder}: expected a model that can stream, got one that cannot: {self.why_not_stream}. "
                f"{self._opened.ways_out}"
            )
        return model

    def _checked(self, state: State, streams: int | None, size: int) -> NDArray[np.float32]:
        if not isinstance(state, State):
            raise StateError(
                f"state: expected a State, got {type(state).__name__}. Begin with initial_state()."
            )
        if state.model != self.model:
            raise StateError(
                f"state: expected one of model {self.model[:12]}, got one of model {state.model[:12]}. "
                "Use the model that made it, or begin with initial_state()."
            )
        wanted = (size,) if streams is None else (streams, size)
        values = state.values
        if values.shape != wanted or values.dtype != np.float32 or not np.isfinite(values).all():
            raise StateError(
                f"state: expected finite float32 numbers of shape {wanted}, got {values.dtype} of {values.shape}. "
                "Take it from initial_state(), with the number of streams, or from a step before."
            )
        return values


def _tag_model(bundle: Bundle, program: Program) -> "TagModel":
    from hiddenstate.runtime.tag_model import TagModel  # needs polars; texts do not

    return TagModel(bundle, program)


def _command_model(bundle: Bundle, program: Program) -> "CommandModel":
    from hiddenstate.runtime.command_model import CommandModel

    return CommandModel(bundle, program)


def _series_model(bundle: Bundle, program: Program) -> "SeriesModel":
    from hiddenstate.runtime.series_model import SeriesModel  # needs polars; texts do not

    if bundle.kind != FORECASTS:
        raise BundleError(
            f"{bundle.folder}: expected a {TextModel.kind}, a {FORECASTS}, a {SOUNDS}, a {TRANSCRIBER}, "
            f"a {TAGGER} or an {COMMANDS}, got a {bundle.kind}. Ask it with hiddenstate predict."
        )
    return SeriesModel(bundle, program)


def _sound_model(bundle: Bundle, program: Program) -> "SoundModel":
    from hiddenstate.runtime.sound_model import SoundModel  # needs polars and what reads sound

    return SoundModel(bundle, program)


def _transcript_model(bundle: Bundle, program: Program) -> "TranscriptModel":
    from hiddenstate.runtime.transcript_model import TranscriptModel

    return TranscriptModel(bundle, program)
