"""The verbs for models that hear."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, final

from hiddenstate.bundle import check_target
from hiddenstate.data.files import Source
from hiddenstate.data.sound.table import load_recordings
from hiddenstate.errors import InputError
from hiddenstate.models.summary import Summary
from hiddenstate.runtime.listening import KIND
from hiddenstate.workflows.hearing.arena import HearArena
from hiddenstate.workflows.hearing.comparison import compare_hearing
from hiddenstate.workflows.hearing.fit import FittedHearing
from hiddenstate.workflows.hearing.ground import HearGround
from hiddenstate.workflows.hearing.network import network_of
from hiddenstate.workflows.hearing.predict import heard_table
from hiddenstate.workflows.hearing.run_settings import complete
from hiddenstate.workflows.hearing.saved import open_hearing
from hiddenstate.workflows.hearing.train import summarise_hearing, train_hearing
from hiddenstate.workflows.kind import Answers, Kind, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained


@final
class Hearing(Kind):
    """Sounds: which label each recording gets."""

    task = "hear"
    bundle = KIND
    needs: ClassVar[Mapping[str, str]] = {}
    """Nothing: folders say the labels, and the columns of a table have names that are expected."""

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`; how long and in which batches depends on how many recordings there are."""
        check_target(saving.out, force=saving.force)
        table = load_recordings(source, complete(values).data)
        return train_hearing(table, complete(values, len(table)), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> HearArena:
        """As `Kind.arena`."""
        return HearArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> HearGround:
        """As `Kind.ground`."""
        return HearGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_hearing(folder)
        table = load_recordings(source, replace(saved.run.data, group=None))
        fitted = FittedHearing(saved.task, saved.models, ())
        recordings = saved.run.recordings()
        comparison = compare_hearing(fitted, table, recordings, name=saved.run.label)
        return comparison.outcome(repairs=(*table.notes, *recordings.notes))

    def predict(self, folder: Path, source: Source) -> Answers:
        """A label for a recording, for every recording of a folder, or of a table."""
        saved = open_hearing(folder)
        table = load_recordings(source, saved.run.data, labelled=False)
        return Answers(heard_table(saved.task.predict(saved.models, table, saved.run.recordings())))

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """Refuses: it hears files."""
        raise InputError(f"--text: expected a recording for {folder}, got a text. Name a sound file instead.")

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`."""
        return Portable(network_of(open_hearing(folder)))

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        saved = open_hearing(folder)
        return summarise_hearing(saved.task, saved.models[0])
