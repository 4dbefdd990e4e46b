"""The model beside the plain baselines, on the same test recordings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.records import Classification, Score
from hiddenstate.tasks.class_verdict import judge_classes
from hiddenstate.tasks.classification_metrics import classification_metrics, per_class
from hiddenstate.tasks.text_baselines.registry import TextRivals
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.hearing.fit import FittedHearing
from hiddenstate.workflows.outcome import Outcome

THINGS = "recordings"
COLUMNS = ("accuracy", "unweighted_average_recall", "macro_f1", "log_loss", "ece")


@dataclass(frozen=True)
class HearingComparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first."""
    verdict: Verdict | None
    result: Classification
    """The model's answers."""
    unseen: Mapping[str, int]
    """Labels of the test recordings that training never showed."""
    left_out: Mapping[str, str] = field(default_factory=dict)

    def outcome(self, notes: Sequence[str] = (), repairs: Sequence[str] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        lines = [*notes, *(f"Left out: {name}, because {reason}" for name, reason in self.left_out.items())]
        if self.unseen:
            listing = ", ".join(f'"{name}" ({count})' for name, count in list(self.unseen.items())[:5])
            lines.append(f"Labels that training never showed, all counted as wrong: {listing}.")
        return Outcome(
            scores=self.scores,
            columns=COLUMNS,
            basis="the same recordings",
            verdict=self.verdict,
            notes=tuple(lines),
            repairs=tuple(repairs),
            rows=len(self.result.texts),
        )


def hearing_metrics(result: Classification) -> dict[str, float]:
    """The figures of `classification_metrics` and the unweighted average recall: every class counts the same."""
    recalls = [row.recall for row in per_class(result) if row.count]
    average = float(np.mean(recalls)) if recalls else float("nan")
    return {**classification_metrics(result), "unweighted_average_recall": average}


def compare_hearing(
    fitted: FittedHearing,
    test: TextTable,
    recordings: Recordings,
    *,
    name: str,
    rivals: TextRivals | None = None,
    seconds: float | None = None,
) -> HearingComparison:
    """Label `test` and measure the answers, and those of `rivals`."""
    result = fitted.task.predict(fitted.models, test, recordings)
    answers = {name: result}
    scores = [Score(name, hearing_metrics(result), is_model=True, seconds=seconds)]
    for rival in rivals.fitted if rivals else ():
        answer = rival.baseline.predict(test)
        answers[rival.baseline.name] = answer
        scores.append(Score(rival.baseline.name, hearing_metrics(answer), seconds=rival.seconds))
    verdict = judge_classes(name, answers, things=THINGS) if len(answers) > 1 else None
    unseen = fitted.task.labels.unseen(test.known_labels())
    if fitted.task.settings.none_label is not None:
        unseen.pop(fitted.task.settings.none_label, None)
    return HearingComparison(tuple(scores), verdict, result, unseen, rivals.left_out if rivals else {})
