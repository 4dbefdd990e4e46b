"""What a random split of recordings flatters: the same plain method on it and on speakers of their own."""

from dataclasses import replace

import numpy as np

from hiddenstate.data.files import Source
from hiddenstate.data.labels import Labels
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.sound.split import split_recordings
from hiddenstate.data.sound.table import load_recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.tasks.sound_baselines.cepstra import SVM, CepstraBaseline
from hiddenstate.tasks.text_baselines.baseline import LearningRows, TextBaselineSettings
from hiddenstate.workflows.hearing.run_settings import HearingRun


def measured_inflation(source: Source | TextTable, run: HearingRun, recordings: Recordings) -> str | None:
    """A warning where speakers are known and a random split was asked for: what it flatters, measured with the SVM.

    None where the split is by group, or nobody knows who speaks.
    """
    if not run.split.random or run.data.group is None:
        return None
    table = source if isinstance(source, TextTable) else load_recordings(source, run.data)
    try:
        flattered, honest = (
            _accuracy(table, replace(run, split=replace(run.split, random=random)), recordings)
            for random in (True, False)
        )
    except InputError as error:
        return f"WARNING: a random split lets a speaker stand in several parts. What it flatters is not known: {error}"
    return (
        f"WARNING: in a random split the same {run.data.group} stands in several parts. The SVM gets "
        f"{100 * flattered:.1f} % on it, and {100 * honest:.1f} % where each {run.data.group} stands in one part: "
        f"expect {100 * (flattered - honest):.1f} points less for a new one. Leave split.random out."
    )


def _accuracy(table: TextTable, run: HearingRun, recordings: Recordings) -> float:
    share = run.split.test if not isinstance(run.split.test, str) and run.split.test else 0.15
    train, validation, test = (
        table.take(rows) for rows in split_recordings(table, replace(run.split, test=share))
    )
    labels = Labels.fit(train.known_labels())
    baseline = CepstraBaseline(SVM, recordings).fit(
        LearningRows(train, validation, labels, TextBaselineSettings())
    )
    result = baseline.predict(test)
    return float(np.mean(np.asarray(result.predicted) == np.asarray(result.truth)))
