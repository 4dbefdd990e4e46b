"""A search of the settings of a tagger, or of a model of commands: both learn from tagged sentences."""

import json
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self, final

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_tagged
from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.records import History
from hiddenstate.training import Watcher
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.tags.fit import fit_tags, identity_of
from hiddenstate.workflows.tags.parts import TaggedParts, read_tagged_parts
from hiddenstate.workflows.tags.run_settings import TagRun, complete
from hiddenstate.workflows.tuning.ground import Ground, facts_of

METRICS = ("loss", "error")


class TaggedGround(Ground):
    """What searches on tagged sentences share; `of` reads them."""

    def __init__(self, parts: TaggedParts, vectors: Sequence[Vectors], metric: str) -> None:
        """Use `of`."""
        self.metric = metric
        self._parts, self._vectors = parts, vectors
        self.facts = facts_of(parts.train.source, parts.rows)

    @classmethod
    def read(
        cls, source: Source, run: Any, metric: str | None, load: Callable[[Source], TaggedTable]
    ) -> Self:
        """Cut what `load` reads. Raises `InputError` without validation rows, `SettingsError` for the metric."""
        chosen = metric or run.task.watch
        choose(dict.fromkeys(METRICS), chosen, "metric of this task")
        parts = read_tagged_parts(source, run.split, load)
        if not len(parts.validation):
            raise InputError(
                f"{parts.train.source}: expected validation rows to search on, got none. "
                "Give --validation a share."
            )
        vectors = gather_vectors(run.data.vectors, parts.train.texts, run.task.tokens, seed=run.training.seed)
        return cls(parts, vectors, chosen)

    def digest(self) -> str:
        """As `Ground.digest`."""
        return json.dumps(identity_of(self._parts.train, self._parts.validation, {}))

    @abstractmethod
    def fit(self, run: Any, watcher: Watcher) -> History:
        """As `Ground.fit`."""


@final
class TagGround(TaggedGround):
    """As `Ground`, for taggers."""

    space = "tag"

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the sentences."""
        run = complete(values)
        return cls.read(source, run, metric, lambda file: load_tagged(file, run.data))

    def run(self, values: dict[str, Any]) -> TagRun:
        """As `Ground.run`."""
        return complete(values)

    def fit(self, run: TagRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        return fit_tags(
            self._parts.train,
            self._parts.validation,
            task=replace(run.task, members=1, watch=self.metric),  # type: ignore[arg-type]
            network=run.model,
            training=run.training,
            vectors=self._vectors,
            fitting=Fitting(watcher),
        ).history
