"""The verbs for translators."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal, final

from hiddenstate.bundle import open_kind
from hiddenstate.data.files import Source
from hiddenstate.data.pairs import read_pairs, read_sources
from hiddenstate.models.summary import Summary
from hiddenstate.parity.networks import run_network
from hiddenstate.parity.steps import Arrays
from hiddenstate.runtime.translator import KIND
from hiddenstate.tasks.translate_program import translate_programs
from hiddenstate.workflows.kind import Answers, Kind, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.translations.answering import answer_sentences
from hiddenstate.workflows.translations.arena import TranslateArena
from hiddenstate.workflows.translations.comparison import compare_translations
from hiddenstate.workflows.translations.ground import TranslateGround
from hiddenstate.workflows.translations.run_settings import complete
from hiddenstate.workflows.translations.saved import open_translator
from hiddenstate.workflows.translations.train import summarise_task, train_translator


@final
class Translators(Kind):
    """Pairs of sentences: what is to be written for which."""

    task = "translate"
    bundle = KIND
    needs: ClassVar[Mapping[str, str]] = {}
    """Nothing: a line of the file is a source, a tab and its target."""

    def __init__(self, beam: int | None = None) -> None:
        """`beam`: how many hypotheses are followed; None: as the model's settings say."""
        self.beam = beam

    def with_beam(self, beam: int) -> "Translators":
        """As `Kind.with_beam`."""
        return Translators(beam)

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`."""
        return train_translator(source, complete(values), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> TranslateArena:
        """As `Kind.arena`."""
        return TranslateArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> TranslateGround:
        """As `Kind.ground`."""
        return TranslateGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_translator(folder)
        table = read_pairs(source, saved.run.data)
        saved.task.sides.check(table)
        search = saved.run.search if self.beam is None else replace(saved.run.search, beam=self.beam)
        return compare_translations(
            saved.task, saved.model, table, name=saved.run.label, search=search
        ).outcome(table.notes)

    def predict(self, folder: Path, source: Source) -> Answers:
        """A translation for every line of a file; what stands after a tab is not looked at."""
        return answer_sentences(open_kind(folder, KIND), read_sources(source), self.beam, shown=False)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """A translation for each of `texts`, with where it has looked."""
        return answer_sentences(open_kind(folder, KIND), texts, self.beam, shown=True)

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`; the programs are made of the settings, so that models of before have them, too.

        Raises `ProgramError` for a cell that only torch computes.
        """
        saved = open_translator(folder)

        def network(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
            return run_network(saved.model, inputs, path)

        return Portable(network, programs=translate_programs(saved.task, saved.model, saved.run.search))

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        saved = open_translator(folder)
        return summarise_task(saved.task, saved.model)
