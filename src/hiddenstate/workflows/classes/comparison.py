"""The classifier beside the plain baselines, on the same test rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import nn

from hiddenstate.data.text_table import TextTable
from hiddenstate.records import Classification, Score
from hiddenstate.tasks.class_verdict import judge_classes
from hiddenstate.tasks.classification_metrics import classification_metrics
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.tasks.text_baselines.registry import TextRivals
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.outcome import Outcome

COLUMNS = ("accuracy", "macro_f1", "log_loss", "ece")
"""The figures of the tables where a text has one label."""
COLUMNS_OF_SEVERAL = ("micro_f1", "macro_f1", "exact", "log_loss", "ece")
"""The same where a text may have several."""


@dataclass(frozen=True)
class Comparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first."""
    verdict: Verdict | None
    """None where there is no baseline."""
    levels: tuple[Classification, ...]
    """The model's answers at each level of the labels, the finest last."""
    unseen: Mapping[str, int]
    """Labels of the test rows that training never showed, and how many rows have them."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why a baseline is not in the table."""

    @property
    def result(self) -> Classification:
        """The model's answers at the finest level."""
        return self.levels[-1]

    def outcome(self, repairs: Sequence[str] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        notes = [f"Left out: {name}, because {reason}" for name, reason in self.left_out.items()]
        coarse = [classification_metrics(level)["accuracy"] for level in self.levels[:-1]]
        for number, (level, accuracy) in enumerate(zip(self.levels, coarse, strict=False), start=1):
            notes.append(
                f"Level {number} of the labels ({len(level.labels)} classes): {100 * accuracy:.1f} % accuracy."
            )
        if self.unseen:
            listing = ", ".join(f'"{name}" ({count})' for name, count in list(self.unseen.items())[:5])
            notes.append(f"Labels that training never showed, all counted as wrong: {listing}.")
        return Outcome(
            scores=self.scores,
            columns=COLUMNS_OF_SEVERAL if self.result.multi_label else COLUMNS,
            basis="the same texts",
            verdict=self.verdict,
            notes=tuple(notes),
            repairs=tuple(repairs),
            rows=len(self.result.texts),
            facts={"accuracy_by_level": coarse} if coarse else {},
        )


def compare(
    task: ClassifyTask,
    models: Sequence[nn.Module],
    test: TextTable,
    *,
    name: str,
    rivals: TextRivals | None = None,
    seconds: float | None = None,
) -> Comparison:
    """Label `test` and measure the answers, and those of `rivals`."""
    levels = task.predict_levels(models, test)
    answers = {name: levels[-1]}
    scores = [Score(name, classification_metrics(levels[-1]), is_model=True, seconds=seconds)]
    for rival in rivals.fitted if rivals else ():
        answer = rival.baseline.predict(test)
        answers[rival.baseline.name] = answer
        scores.append(Score(rival.baseline.name, classification_metrics(answer), seconds=rival.seconds))
    verdict = judge_classes(name, answers) if len(answers) > 1 else None
    return Comparison(
        scores=tuple(scores),
        verdict=verdict,
        levels=levels,
        unseen=task.labels.unseen(test.known_labels()),
        left_out=rivals.left_out if rivals else {},
    )
