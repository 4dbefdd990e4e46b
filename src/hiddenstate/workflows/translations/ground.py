"""A search of a translator's settings."""

from dataclasses import replace
from typing import Any, Literal, Self, final

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.errors import InputError
from hiddenstate.records import History
from hiddenstate.training import Watcher
from hiddenstate.workflows.digest import digest_of
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.translations.fit import fit_translator
from hiddenstate.workflows.translations.parts import PairParts, read_pair_parts
from hiddenstate.workflows.translations.run_settings import TranslateRun, complete
from hiddenstate.workflows.tuning.ground import Ground, facts_of

METRICS: dict[str, str] = {"loss": "loss", "bleu": "1 - BLEU"}
"""What may be judged by, and its name on the page."""


@final
class TranslateGround(Ground):
    """As `Ground`, for pairs of sentences."""

    space = "translate"

    def __init__(self, parts: PairParts, watched: Literal["loss", "bleu"]) -> None:
        """Use `of`."""
        self._parts, self._watched = parts, watched
        self.metric = METRICS[watched]
        self.facts = facts_of(parts.train.source, parts.rows)

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the pairs; what trials are judged by also chooses between epochs.

        Raises `InputError` without validation pairs, `SettingsError` for the metric.
        """
        run = complete(values)
        choose(METRICS, metric or run.task.watch, "metric of this task")
        watched: Literal["loss", "bleu"] = "loss" if (metric or run.task.watch) == "loss" else "bleu"
        parts = read_pair_parts(source, run)
        if not len(parts.validation):
            raise InputError(
                f"{parts.train.source}: expected validation pairs to search on, got none. Give --validation a share."
            )
        return cls(parts, watched)

    def run(self, values: dict[str, Any]) -> TranslateRun:
        """As `Ground.run`."""
        run = complete(values)
        return replace(run, task=replace(run.task, watch=self._watched))

    def digest(self) -> str:
        """As `Ground.digest`."""
        tables = (self._parts.train, self._parts.validation)
        return " ".join(digest_of(table.sources, table.targets) for table in tables)

    def fit(self, run: TranslateRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        return fit_translator(
            self._parts.train,
            self._parts.validation,
            task=run.task,
            network=run.model,
            training=run.training,
            fitting=Fitting(watcher),
        ).history
