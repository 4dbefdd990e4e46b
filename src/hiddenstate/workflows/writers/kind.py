"""The verbs for language models."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hiddenstate.data.files import Source
from hiddenstate.errors import SettingsError
from hiddenstate.models.summary import Summary
from hiddenstate.parity.networks import run_network
from hiddenstate.runtime.text_generator import KIND
from hiddenstate.workflows.kind import Answers, Kind, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.writers.arena import WriterArena
from hiddenstate.workflows.writers.comparison import compare_language
from hiddenstate.workflows.writers.ground import WriterGround
from hiddenstate.workflows.writers.run_settings import complete
from hiddenstate.workflows.writers.saved import open_writer
from hiddenstate.workflows.writers.train import book_of, summarise_writer, train_writer


@final
class Writers(Kind):
    """Texts: how they go on."""

    task = "generate"
    bundle = KIND
    needs: ClassVar[Mapping[str, str]] = {}
    """Nothing: a text is all there is."""

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`."""
        return train_writer(source, complete(values), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> WriterArena:
        """As `Kind.arena`."""
        return WriterArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> WriterGround:
        """As `Kind.ground`."""
        return WriterGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_writer(folder)
        book = book_of(source)
        return compare_language(saved.task, saved.model, book.text, name=saved.run.label).outcome(book.notes)

    def predict(self, folder: Path, source: Source) -> Answers:
        """Refused: a language model goes on with a text."""
        raise _go_on(folder)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """Refused: a language model goes on with a text."""
        raise _go_on(folder)

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`."""
        model = open_writer(folder).model

        def network(inputs: Mapping[str, Any], path: Literal["loop", "auto"]) -> dict[str, Any]:
            return run_network(model, inputs, path)

        return Portable(network)

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        return summarise_writer(open_writer(folder).model)


def _go_on(folder: Path) -> SettingsError:
    return SettingsError(
        f"{folder}: expected a model that labels or forecasts, got a {KIND}. "
        f'Use hiddenstate generate {folder} --prompt "..."'
    )
