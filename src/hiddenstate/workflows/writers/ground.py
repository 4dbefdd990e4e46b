"""A search of a language model's settings."""

import hashlib
from typing import Any, Self, final

from hiddenstate.choices import choose
from hiddenstate.data.book import BookParts, cut_book
from hiddenstate.data.files import Source
from hiddenstate.errors import InputError
from hiddenstate.records import History
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.training import Watcher
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.tuning.ground import Ground, facts_of
from hiddenstate.workflows.writers.fit import fit_writer
from hiddenstate.workflows.writers.run_settings import WriterRun, complete
from hiddenstate.workflows.writers.train import book_of


@final
class WriterGround(Ground):
    """As `Ground`, for texts: nats a unit of the validation text."""

    space = "generate"
    metric = "loss"

    def __init__(self, parts: BookParts) -> None:
        """Use `of`."""
        self._parts = parts
        self.facts = facts_of(parts.source, parts.characters, " characters")

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the text. Raises `InputError` without a validation text, `SettingsError` for the metric."""
        choose({"loss": None}, metric or "loss", "metric of this task")
        run = complete(values)
        parts = cut_book(book_of(source), run.split)
        if GenerateTask.fit(parts.train, run.task, run.model).validator(parts.validation) is None:
            raise InputError(
                f"{parts.source}: expected a validation text to search on, got {len(parts.validation)} characters. "
                "Give --validation a larger share."
            )
        return cls(parts)

    def run(self, values: dict[str, Any]) -> WriterRun:
        """As `Ground.run`."""
        return complete(values)

    def digest(self) -> str:
        """As `Ground.digest`."""
        texts = (self._parts.train, self._parts.validation)
        return " ".join(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts)

    def fit(self, run: WriterRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        return fit_writer(
            self._parts, task=run.task, network=run.model, training=run.training, fitting=Fitting(watcher)
        ).history
