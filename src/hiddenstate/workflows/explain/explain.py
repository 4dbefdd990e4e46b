"""Look inside a saved model while it reads one input, and write down what is seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hiddenstate.bundle import open_bundle
from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.errors import BundleError, InputError, OutputError
from hiddenstate.inspection import save_trace
from hiddenstate.workflows.explain.inside import Inside
from hiddenstate.workflows.explain.of_command import inside_command
from hiddenstate.workflows.explain.of_pair import inside_translation
from hiddenstate.workflows.explain.of_prompt import inside_prompt
from hiddenstate.workflows.explain.of_series import inside_forecast
from hiddenstate.workflows.explain.of_sound import inside_sound
from hiddenstate.workflows.explain.of_tags import inside_tags
from hiddenstate.workflows.explain.of_text import inside_text
from hiddenstate.workflows.explain.page import chosen_parts, page, save_charts


@dataclass(frozen=True, kw_only=True)
class Question:
    """The one input that is asked about: a text, a recording, or a moment of a series."""

    text: str | None = None
    source: Source | None = None
    at: str | None = None
    """Local time of the first step of the forecast."""
    series: str | None = None
    """Name of the series, where the file holds several; None: the first."""
    word: int | None = None
    """Number of the word whose tag is explained, from 1; None: the one that is least sure."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What an explanation left on the disk."""

    headline: str
    page: Path
    charts: tuple[Path, ...] = ()
    trace: Path | None = None


def explain(
    folder: Path,
    question: Question,
    out: Path,
    *,
    show: Sequence[str] = (),
    unit: int | None = None,
    charts: Path | None = None,
    trace: Path | None = None,
    force: bool = False,
) -> Written:
    """Write the page `out`; with `charts` every chart as PNG and SVG, with `trace` all gates as a file.

    `show` names the parts of the page, all by default; `unit` is the one whose gates are shown, by default the one
    that moves most in each layer.
    Raises `InputError` for a question that does not fit the model and `InspectionError` for a unit or part that is
    not there, before anything is written; `OutputError` for a place that cannot be written. The page comes last.
    """
    if out.exists() and not force:
        raise OutputError(f"{out}: expected a new file, got one that exists. Use --force to replace it.")
    inside = look_inside(folder, question)
    parts = chosen_parts(inside, show)
    content = page(inside, parts, unit)
    if trace is not None:
        save_trace(inside.whole(), trace)
    saved = save_charts(inside, parts, _made(charts), unit) if charts is not None else []
    content.save(out)
    return Written(headline=inside.headline, page=out, charts=tuple(saved), trace=trace)


def look_inside(folder: Path, question: Question) -> Inside:
    """What goes on inside the model in `folder` on that question."""
    kind = open_bundle(folder).kind
    look = choose(KINDS, kind, f"model that can be explained in {folder}", BundleError)
    if question.word is not None and look not in (_tags, _command):
        raise InputError(
            f"word: expected a model that gives each word a tag, got a {kind}. Leave the number of a word out."
        )
    return look(folder, question)


def _text(folder: Path, question: Question) -> Inside:
    return inside_text(folder, _asked(folder, question, "text model"))


def _sentence(folder: Path, question: Question) -> Inside:
    return inside_translation(folder, _asked(folder, question, "translator"))


def _tags(folder: Path, question: Question) -> Inside:
    return inside_tags(folder, _asked(folder, question, "tagger"), question.word)


def _command(folder: Path, question: Question) -> Inside:
    return inside_command(folder, _asked(folder, question, "model of commands"), question.word)


def _beginning(folder: Path, question: Question) -> Inside:
    return inside_prompt(folder, _asked(folder, question, "language model"))


def _asked(folder: Path, question: Question, name: str) -> str:
    """The text; raises `InputError` for a question without one."""
    if question.text is None:
        raise InputError(f"{folder}: expected a text, got a file. A {name} is asked with --text.")
    return question.text


def _moment(folder: Path, question: Question) -> Inside:
    if question.source is None:
        raise InputError(f"{folder}: expected a file of rows, got a text. A forecaster reads series.")
    if question.at is None:
        raise InputError('at: expected the time of a forecast, got none. Give e.g. --at "2014-03-01 00:00".')
    return inside_forecast(folder, question.source, question.at, question.series)


def _recording(folder: Path, question: Question) -> Inside:
    if not isinstance(question.source, Path | str):
        raise InputError(f"{folder}: expected a recording, got a text. Name a sound file instead of --text.")
    return inside_sound(folder, Path(question.source))


KINDS: dict[str, Callable[[Path, Question], Inside]] = {
    "text classifier": _text,
    "forecaster": _moment,
    "translator": _sentence,
    "sound classifier": _recording,
    "tagger": _tags,
    "intent and slot reader": _command,
    "writer": _beginning,
}
"""By the name that bundles give themselves."""


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: expected a folder for charts, got: {error.strerror or error}. Choose another."
        ) from None
    return folder
