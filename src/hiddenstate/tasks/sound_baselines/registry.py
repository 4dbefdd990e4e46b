"""Every baseline of hearing, and all of them fitted at once."""

from time import perf_counter

from hiddenstate.data.labels import Labels
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.tasks.sound_baselines.cepstra import LOGISTIC_REGRESSION, SVM, CepstraBaseline
from hiddenstate.tasks.text_baselines.baseline import LearningRows, TextBaseline, TextBaselineSettings
from hiddenstate.tasks.text_baselines.majority import Majority
from hiddenstate.tasks.text_baselines.registry import FittedTextBaseline, TextRivals


def fit_sound_baselines(
    train: TextTable, validation: TextTable, labels: Labels, recordings: Recordings
) -> TextRivals:
    """Fit the baselines on the recordings that the network learns from; tables hold files as their texts."""
    rows = LearningRows(train, validation, labels, TextBaselineSettings())
    baselines: list[TextBaseline] = [
        Majority(),
        CepstraBaseline(LOGISTIC_REGRESSION, recordings),
        CepstraBaseline(SVM, recordings),
    ]
    fitted, left_out = [], {}
    for baseline in baselines:
        begin = perf_counter()
        try:
            fitted.append(FittedTextBaseline(baseline.fit(rows), perf_counter() - begin))
        except InputError as error:
            left_out[baseline.name] = str(error)
    return TextRivals(tuple(fitted), left_out)
