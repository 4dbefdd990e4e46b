"""A search of a transcriber's settings."""

from dataclasses import replace
from typing import Any, Self, final

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.errors import InputError
from hiddenstate.records import History
from hiddenstate.training import Watcher
from hiddenstate.workflows.digest import digest_of
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.transcripts.fit import fit_transcripts
from hiddenstate.workflows.transcripts.parts import TranscriptParts, read_transcript_parts
from hiddenstate.workflows.transcripts.run_settings import TranscriptRun, complete
from hiddenstate.workflows.tuning.ground import Ground, facts_of


@final
class TranscribeGround(Ground):
    """As `Ground`, for recordings with texts; frames are read once for all trials."""

    space = "transcribe"
    metric = "cer"
    """Of the most likely letters, before any language model."""

    def __init__(self, parts: TranscriptParts) -> None:
        """Use `of`."""
        self._parts = parts
        self.facts = facts_of(parts.train.source, parts.rows)

    @classmethod
    def of(cls, source: Source, values: dict[str, Any], metric: str | None) -> Self:
        """Read and cut the recordings. Raises `InputError` without validation recordings, `SettingsError` for the
        metric.
        """
        choose({"cer": None}, metric or "cer", "metric of this task")
        run = complete(values)
        parts = read_transcript_parts(source, run.data, run.frontend, run.split)
        if not len(parts.validation):
            raise InputError(
                f"{parts.train.source}: expected validation recordings to search on, got none. "
                "Give --validation a share."
            )
        return cls(parts)

    def run(self, values: dict[str, Any]) -> TranscriptRun:
        """As `Ground.run`."""
        return complete(values)

    def digest(self) -> str:
        """As `Ground.digest`."""
        tables = (self._parts.train, self._parts.validation)
        return " ".join(
            digest_of(table.files, table.known_texts(), [str(len(frames)) for frames in table.frames])
            for table in tables
        )

    def fit(self, run: TranscriptRun, watcher: Watcher) -> History:
        """As `Ground.fit`."""
        return fit_transcripts(
            self._parts.train,
            self._parts.validation,
            task=replace(run.task, members=1),
            network=run.model,
            augment=run.augment,
            training=run.training,
            fitting=Fitting(watcher),
        ).history
