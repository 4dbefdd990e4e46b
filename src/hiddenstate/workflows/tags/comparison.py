"""The tagger beside the plain baselines, on the same test sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import nn

from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.records import Score, Tagging
from hiddenstate.tasks.span_f1 import tagging_metrics
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_baselines.registry import TagRivals
from hiddenstate.tasks.tag_verdict import judge_tags
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.outcome import Outcome

COLUMNS = ("token_accuracy", "sentence_accuracy")
COLUMNS_OF_SPANS = ("span_f1", "span_precision", "span_recall", "span_f1_strict", "token_accuracy")


@dataclass(frozen=True)
class TagComparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first."""
    verdict: Verdict | None
    """None where there is no baseline."""
    result: Tagging
    """The model's answers."""
    unseen: Mapping[str, int]
    """Tags of the test rows that training never showed, and how many words have them."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why a baseline is not in the table."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The figures of the tables."""
        return COLUMNS_OF_SPANS if self.result.marks_spans else COLUMNS

    def outcome(self, repairs: Sequence[str] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        return Outcome(
            scores=self.scores,
            columns=self.columns,
            basis="the same sentences",
            verdict=self.verdict,
            notes=(*left_out(self.left_out), *never_shown("Tags", self.unseen)),
            repairs=tuple(repairs),
            rows=len(self.result.texts),
        )


def left_out(reasons: Mapping[str, str]) -> list[str]:
    """Notes on the baselines that could not be fitted."""
    return [f"Left out: {name}, because {reason}" for name, reason in reasons.items()]


def never_shown(what: str, unseen: Mapping[str, int]) -> list[str]:
    """A note on tags or intents that training never showed."""
    if not unseen:
        return []
    listing = ", ".join(f'"{name}" ({count})' for name, count in list(unseen.items())[:5])
    return [f"{what} that training never showed, all counted as wrong: {listing}."]


def compare_tags(
    task: TagTask,
    models: Sequence[nn.Module],
    test: TaggedTable,
    *,
    name: str,
    rivals: TagRivals | None = None,
    seconds: float | None = None,
) -> TagComparison:
    """Tag `test` and measure the answers, and those of `rivals`."""
    results = {name: task.predict(models, test)}
    scores = [Score(name, tagging_metrics(results[name]), is_model=True, seconds=seconds)]
    for rival in rivals.fitted if rivals else ():
        own = results[rival.baseline.name] = task.tagging(test, rival.baseline.predict(test))
        scores.append(Score(rival.baseline.name, tagging_metrics(own), seconds=rival.seconds))
    return TagComparison(
        scores=tuple(scores),
        verdict=judge_tags(name, results) if len(results) > 1 else None,
        result=results[name],
        unseen=task.tags.unseen(test.known_tags()),
        left_out=rivals.left_out if rivals else {},
    )
