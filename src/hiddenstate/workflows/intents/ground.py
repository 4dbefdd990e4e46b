"""A search of the settings of a model of commands."""

from dataclasses import replace
from typing import Any, Self, final

from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_commands
from hiddenstate.records import History
from hiddenstate.training import Watcher
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.intents.fit import fit_intents
from hiddenstate.workflows.intents.run_settings import IntentRun, complete
from hiddenstate.workflows.tags.ground import TaggedGround


@final
class IntentGround(TaggedGround):
    """As `Ground`, for intents with slots."""

    space = "intent"

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the commands."""
        run = complete(values)
        return cls.read(source, run, metric, lambda file: load_commands(file, run.task.tokens))

    def run(self, values: dict[str, Any]) -> IntentRun:
        """As `Ground.run`."""
        return complete(values)

    def fit(self, run: IntentRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        return fit_intents(
            self._parts.train,
            self._parts.validation,
            task=(replace(run.task, members=1, watch=self.metric), run.intents),  # type: ignore[arg-type]
            network=(run.model, run.intent),
            training=run.training,
            vectors=self._vectors,
            fitting=Fitting(watcher),
        ).history
