"""Who answers for a saved model: the runtime where it can, else the model's kind, which loads torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hiddenstate.bundle import Bundle, open_bundle, read_program
from hiddenstate.data.files import Source
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime.listening import KIND as HEARS
from hiddenstate.runtime.session import COMMANDS, FORECASTS, TAGGER, TRANSCRIBER
from hiddenstate.runtime.text_model import TextModel
from hiddenstate.runtime.translator import KIND as TRANSLATES
from hiddenstate.settings import from_dict
from hiddenstate.workflows.answers import Answers, Partial


@dataclass(frozen=True)
class Reader:
    """An opened model that needs no torch."""

    texts: Callable[[Sequence[str]], Answers] | None
    """None: it reads files alone."""
    file: Callable[[Source], Answers]


def answer(
    folder: Path, source: Source | None, texts: Sequence[str] = (), *, beam: int | None = None
) -> Answers:
    """Answers for the rows of `source` or, without one, for `texts`; `beam` as `Kind.with_beam`.

    Models that have no program, of a cell that only torch computes or of an earlier version, are computed in torch.
    Raises `HiddenstateError` for a folder that is no model, and for input that the model cannot read.
    """
    bundle = open_bundle(folder)
    if bundle.kind in SEARCHING:
        reader = SEARCHING[bundle.kind](bundle, beam)
    elif beam is None and bundle.kind in WITHOUT_TORCH and PROGRAM in bundle.files:
        reader = WITHOUT_TORCH[bundle.kind](bundle)
    else:
        reader = None
    if reader is not None and source is not None:
        return reader.file(source)
    if reader is not None and reader.texts is not None:
        return reader.texts(texts)
    from hiddenstate.workflows.kinds import kind_of

    kind = kind_of(folder)
    if beam is not None:
        kind = kind.with_beam(beam)
    return kind.answer(folder, texts) if source is None else kind.predict(folder, source)


def partial(folder: Path, source: Path) -> Iterator[Partial]:
    """The text of a recording as it settles. Raises as `answer`, and `SettingsError` for a model that writes none."""
    bundle = open_bundle(folder)
    if bundle.kind == TRANSCRIBER:
        from hiddenstate.workflows.transcripts.partial import partial_texts

        return partial_texts(bundle, source)
    from hiddenstate.workflows.kinds import kind_of

    return kind_of(folder).partial(folder, source)


def _classes(bundle: Bundle) -> Reader:
    from hiddenstate.data.text_table import TextSettings, load_texts
    from hiddenstate.workflows.classes.answers import class_answers

    model = TextModel(bundle, read_program(bundle))

    def of_file(source: Source) -> Answers:
        stored = from_dict(TextSettings, bundle.settings["data"])
        table = load_texts(source, replace(stored, target=None, group=None))
        return class_answers(model.run(table.texts), shown=False)

    return Reader(lambda texts: class_answers(model.run(texts), shown=True), of_file)


def _forecasts(bundle: Bundle) -> Reader:
    from hiddenstate.runtime.series_model import SeriesModel
    from hiddenstate.workflows.tables import forecast_table

    model = SeriesModel(bundle, read_program(bundle))
    return Reader(None, lambda source: Answers(forecast_table(model.run(source))))


def _translations(bundle: Bundle, beam: int | None) -> Reader:
    from hiddenstate.data.pairs import read_sources
    from hiddenstate.workflows.translations.answering import answer_sentences

    return Reader(
        lambda texts: answer_sentences(bundle, texts, beam, shown=True),
        lambda source: answer_sentences(bundle, read_sources(source), beam, shown=False),
    )


def _sounds(bundle: Bundle) -> Reader:
    from hiddenstate.runtime.sound_model import SoundModel
    from hiddenstate.workflows.hearing.predict import label_recordings

    model = SoundModel(bundle, read_program(bundle))
    return Reader(None, lambda source: Answers(label_recordings(model, source)))


def _transcripts(bundle: Bundle) -> Reader:
    from hiddenstate.runtime.transcript_model import TranscriptModel
    from hiddenstate.workflows.transcripts.answers import answer_recordings

    model = TranscriptModel(bundle, read_program(bundle))
    return Reader(None, lambda source: answer_recordings(model.read, source, model.files, model.frontend))


def _tags(bundle: Bundle) -> Reader:
    from hiddenstate.data.tagged_files import load_untagged
    from hiddenstate.data.tagged_table import TagFileSettings, TaggedTable, table_of_texts
    from hiddenstate.runtime.tag_model import TagModel
    from hiddenstate.workflows.tags.answers import tag_answers

    model = TagModel(bundle, read_program(bundle))
    tokens, columns = model.settings.tokens, from_dict(TagFileSettings, bundle.settings.get("data", {}))

    def answers(table: TaggedTable, shown: bool) -> Answers:
        return tag_answers(model.read(table), shown=shown)

    return Reader(
        lambda texts: answers(table_of_texts(texts, tokens), True),
        lambda source: answers(load_untagged(source, columns, tokens), False),
    )


def _commands(bundle: Bundle) -> Reader:
    from hiddenstate.data.tagged_files import load_commands
    from hiddenstate.data.tagged_table import TaggedTable, table_of_texts
    from hiddenstate.runtime.command_model import CommandModel
    from hiddenstate.workflows.intents.answers import command_answers

    model = CommandModel(bundle, read_program(bundle))
    tokens = model.words.settings.tokens

    def answers(table: TaggedTable, shown: bool) -> Answers:
        return command_answers(model.read(table), shown=shown)

    return Reader(
        lambda texts: answers(table_of_texts(texts, tokens), True),
        lambda source: answers(load_commands(source, tokens, labelled=False), False),
    )


SEARCHING: dict[str, Callable[[Bundle, int | None], Reader]] = {TRANSLATES: _translations}
"""Kind of bundle -> how it is opened, with the hypotheses that it follows."""
WITHOUT_TORCH: dict[str, Callable[[Bundle], Reader]] = {
    HEARS: _sounds,
    TRANSCRIBER: _transcripts,
    TAGGER: _tags,
    COMMANDS: _commands,
    TextModel.kind: _classes,
    FORECASTS: _forecasts,
}
"""Kind of bundle -> how it is opened."""
