"""A search of the settings of a model that hears."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Self, final

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.sound.table import load_recordings
from hiddenstate.errors import InputError
from hiddenstate.records import History
from hiddenstate.training import Watcher
from hiddenstate.workflows.digest import digest_of
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.hearing.fit import fit_hearing
from hiddenstate.workflows.hearing.parts import SoundParts, read_sound_parts
from hiddenstate.workflows.hearing.run_settings import HearingRun, complete
from hiddenstate.workflows.tuning.ground import Ground, facts_of


@final
class HearGround(Ground):
    """As `Ground`, for recordings; frames are made once for all trials."""

    space = "hear"
    metric = "loss"

    def __init__(self, parts: SoundParts, found: int, recordings: Recordings) -> None:
        """Use `of`."""
        self._parts, self._found, self._recordings = parts, found, recordings
        self.facts = facts_of(parts.train.source, parts.rows)

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the recordings. Raises `InputError` without validation recordings, `SettingsError` for the
        metric.
        """
        choose({"loss": None}, metric or "loss", "metric of this task")
        table = load_recordings(source, complete(values).data)
        run = complete(values, len(table))
        parts = read_sound_parts(source, run)
        if not len(parts.validation):
            raise InputError(
                f"{table.source}: expected validation recordings to search on, got none. Give --validation a share."
            )
        return cls(parts, len(table), run.at_rate_of(parts.train.texts).recordings())

    def run(self, values: dict[str, Any]) -> HearingRun:
        """As `Ground.run`; how long a run trains depends on how many recordings there are."""
        return complete(values, self._found)

    def digest(self) -> str:
        """As `Ground.digest`."""
        tables = (self._parts.train, self._parts.validation)
        return " ".join(
            digest_of(
                table.texts, table.labels or (), [str(Path(file).stat().st_size) for file in table.texts]
            )
            for table in tables
        )

    def fit(self, run: HearingRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        return fit_hearing(
            self._parts.train,
            self._parts.validation,
            self._recordings,
            replace(run.ear, task=replace(run.task, members=1)),
            training=run.training,
            fitting=Fitting(watcher),
        ).history
