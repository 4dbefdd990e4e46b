"""A search of a text classifier's settings."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self, final

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.text_table import load_texts
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.records import History
from hiddenstate.training import Watcher
from hiddenstate.workflows.classes.fit import fit_classes
from hiddenstate.workflows.classes.parts import Parts, read_parts
from hiddenstate.workflows.classes.run_settings import ClassRun, complete
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.tuning.ground import Ground, facts_of

METRICS = ("loss", "error")


@final
class ClassGround(Ground):
    """As `Ground`, for labelled texts."""

    space = "classify"

    def __init__(self, parts: Parts, texts: int, vectors: Sequence[Vectors], metric: str) -> None:
        """Use `of`."""
        self.metric = metric
        self._parts, self._texts, self._vectors = parts, texts, vectors
        self.facts = facts_of(parts.train.source, parts.rows)

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the texts. Raises `InputError` without validation rows, `SettingsError` for the metric."""
        table = load_texts(source, complete(values).data)
        run = complete(values, len(table))
        chosen = metric or run.task.watch
        choose(dict.fromkeys(METRICS), chosen, "metric of this task")
        parts = read_parts(table, run)
        if not len(parts.validation):
            raise InputError(
                f"{table.source}: expected validation rows to search on, got none. Give --validation a share."
            )
        vectors = gather_vectors(run.data.vectors, parts.train.texts, run.task.tokens, seed=run.training.seed)
        return cls(parts, len(table), vectors, chosen)

    def run(self, values: dict[str, Any]) -> ClassRun:
        """As `Ground.run`; how long a run trains depends on how many texts there are."""
        return complete(values, self._texts)

    def digest(self) -> str:
        """As `Ground.digest`."""
        digest = hashlib.sha256()
        for table in (self._parts.train, self._parts.validation):
            digest.update(repr((table.texts, table.labels)).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def fit(self, run: ClassRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        return fit_classes(
            self._parts.train,
            self._parts.validation,
            task=replace(run.task, members=1, watch=self.metric),  # type: ignore[arg-type]
            network=run.model,
            training=run.training,
            vectors=self._vectors,
            fitting=Fitting(watcher),
        ).history
