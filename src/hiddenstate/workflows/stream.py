"""One answer for each line that comes, for ever: texts to labels, rows of series to forecasts; no torch."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from hiddenstate.data.table import check_columns
from hiddenstate.errors import HiddenstateError, InputError, SettingsError
from hiddenstate.records import Forecast
from hiddenstate.runtime.series_model import SeriesModel
from hiddenstate.runtime.session import Session
from hiddenstate.runtime.text_model import TextModel

SOURCE = "standard input"
SEPARATORS = ",;\t|"
OnError = Literal["stop", "skip"]
ON_ERROR: dict[str, OnError] = {"stop": "stop", "skip": "skip"}
Warn = Callable[[str], None]


def stream(
    folder: Path, lines: Iterable[bytes], *, warn: Warn, on_error: OnError = "stop", quantiles: bool = False
) -> Iterator[str]:
    """Lines of CSV as the lines come: the header first, then one answer for each text, word or row with a target.

    `warn` is told, in one line, of rows that were skipped and of why there is no answer yet. Raises `InputError`
    for a broken line unless `on_error` is "skip"; a broken header always ends it. Raises `SettingsError` for a model
    that reads sound.
    """
    session = Session(folder)
    if session.sounds is not None or session.transcripts is not None:
        other = "listen" if session.sounds is not None else "predict --partial"
        raise SettingsError(
            f"{folder}: expected a model that reads lines of text, got a {session.kind}. Use hiddenstate {other}."
        )
    if session.texts is not None:
        return _texts(session.texts, lines, warn if on_error == "skip" else None)
    if session.series is None:
        return _words(session, lines, warn if on_error == "skip" else None)
    return _rows(session.series, lines, warn, on_error, quantiles)


def _texts(model: TextModel, lines: Iterable[bytes], skipped: Warn | None) -> Iterator[str]:
    from hiddenstate.workflows.classes.label_table import label_table

    yield label_table(model.run([])).write_csv()
    for number, line in enumerate(lines, start=1):
        try:
            text = _decoded(line, number)
        except InputError as error:
            if skipped is None:
                raise
            skipped(f"{error} Skipped.")
            continue
        yield label_table(model.run([text])).write_csv(include_header=False)


def _words(session: Session, lines: Iterable[bytes], skipped: Warn | None) -> Iterator[str]:
    """A tag for each word as it comes; an empty line, between two sentences, is answered by one."""
    begin = session.initial_state()

    def answers() -> Iterator[str]:
        yield _line(["word", "tag", "probability"])
        state = begin
        for number, line in enumerate(lines, start=1):
            try:
                word = _decoded(line, number).strip()
            except InputError as error:
                if skipped is None:
                    raise
                skipped(f"{error} Skipped.")
                continue
            if not word:
                state = begin
                yield "\n"
                continue
            probabilities, state = session.step(word, state)
            (tag,) = session.label(probabilities)
            yield _line([word, tag, round(float(probabilities.max()), 6)])

    return answers()


def _rows(
    model: SeriesModel, lines: Iterable[bytes], warn: Warn, on_error: OnError, quantiles: bool
) -> Iterator[str]:
    from hiddenstate.data.live_rows import LiveRows

    settings = model.settings
    live = LiveRows(settings, model.rows, model.task.horizon, model.series_names, SOURCE)
    numbered = enumerate(lines, start=1)
    names, separator = _header(numbered, model)
    answers = _names(model, quantiles)
    yield _line([*([settings.series] if settings.series else []), settings.time, *answers])
    waiting: set[str] = set()
    for number, line in numbered:
        try:
            cells = _cells(line, number, names, separator)
            if cells is None:
                continue
            series = live.add(cells, number, decimal_comma=separator != ",")
        except HiddenstateError as error:
            if on_error == "stop":
                raise
            warn(f"{error} Skipped.")
            continue
        if series is None:
            continue
        values: Sequence[float | None]
        try:
            values = _numbers(model.run(live.frame(series)), quantiles)
            waiting.discard(series)
        except InputError as error:
            values = [None] * len(answers)
            if series not in waiting:
                reason = str(error).replace("data frame", "the rows so far", 1)
                warn(f"{SOURCE} line {number}: no answer yet: {reason}")
            waiting.add(series)
        yield _line([*([series] if settings.series else []), cells[settings.time].strip(), *values])


def _header(numbered: Iterator[tuple[int, bytes]], model: SeriesModel) -> tuple[list[str], str]:
    """The column names and what separates them."""
    settings = model.settings
    number, line = next(numbered, (0, b""))
    text = _decoded(line, number).removeprefix("\ufeff")
    if not text.strip():
        raise InputError(f"{SOURCE}: expected a header with the column names, got nothing. Begin with one.")
    separator = max(SEPARATORS, key=text.count)
    names = [name.strip() for name in next(csv.reader([text], delimiter=separator))]
    wanted = [settings.time, *settings.columns, *([settings.series] if settings.series else [])]
    check_columns(names, wanted, SOURCE)
    return names, separator


def _cells(line: bytes, number: int, names: list[str], separator: str) -> dict[str, str] | None:
    """The values of a row by column; None for an empty line."""
    text = _decoded(line, number)
    if not text.strip():
        return None
    try:
        values = next(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(
            f"{SOURCE} line {number}: expected a row of CSV, got: {error}. Correct it."
        ) from None
    if len(values) != len(names):
        raise InputError(
            f"{SOURCE} line {number}: expected {len(names)} values as the header has, got {len(values)}. Correct it."
        )
    return dict(zip(names, values, strict=True))


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{SOURCE} line {number}, byte {error.start + 1}: expected UTF-8, got the byte 0x{line[error.start]:02x}. "
            "Convert the text."
        ) from None


def _names(model: SeriesModel, quantiles: bool) -> list[str]:
    """Columns of the answers: "load+1" for the first step ahead, then with `quantiles` "load+1_q0.1", ..."""
    return [
        f"{target}+{lead}{level}"
        for target in model.settings.targets
        for lead in range(1, model.task.horizon + 1)
        for level in ["", *(f"_q{level:g}" for level in model.task.output_levels if quantiles)]
    ]


def _numbers(forecast: Forecast, quantiles: bool) -> list[float]:
    """The numbers of one series in the order of `_names`."""
    median, values = forecast.median()[0], forecast.values[0]  # (H, C), (H, C, Q)
    return [
        float(number)
        for target in range(values.shape[1])
        for lead in range(values.shape[0])
        for number in (median[lead, target], *(values[lead, target] if quantiles else ()))
    ]


def _line(values: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(["" if value is None else value for value in values])
    return text.getvalue()
