"""The verbs for translators."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, final

from rich.text import Text

from hiddenstate.data.files import Source
from hiddenstate.data.pairs import check_length, read_pairs, read_sources
from hiddenstate.models.summary import Summary
from hiddenstate.workflows.kind import Answers, Kind, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.translations.answers import (
    translation_lines,
    translation_records,
    translation_table,
)
from hiddenstate.workflows.translations.comparison import compare_translations
from hiddenstate.workflows.translations.run_settings import complete
from hiddenstate.workflows.translations.saved import KIND, open_translator
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

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_translator(folder)
        table = read_pairs(source, saved.run.data)
        saved.task.sides.check(table)
        search = saved.run.search
        return compare_translations(
            saved.task, saved.model, table, name=saved.run.label, search=search
        ).outcome(table.notes)

    def predict(self, folder: Path, source: Source) -> Answers:
        """A translation for every line of a file; what stands after a tab is not looked at."""
        return self._answers(folder, read_sources(source), shown=False)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """A translation for each of `texts`, with where it has looked."""
        return self._answers(folder, texts, shown=True)

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        saved = open_translator(folder)
        return summarise_task(saved.task, saved.model)

    def _answers(self, folder: Path, texts: Sequence[str], *, shown: bool) -> Answers:
        saved = open_translator(folder)
        check_length(texts, saved.run.data.longest)
        search = saved.run.search if self.beam is None else replace(saved.run.search, beam=self.beam)
        result = saved.task.translate(saved.model, texts, search)
        unknown = [saved.task.unknown(text) for text in texts]
        lines = [
            Text("\n".join(translation_lines(result, row, unknown[row])))
            for row in range(len(texts) if shown else 0)
        ]
        return Answers(translation_table(result), lines, translation_records(result, unknown))
