"""The model of commands beside the plain baselines, on the same test texts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from torch import nn

from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.records import Commands, Score
from hiddenstate.tasks.intent import IntentTask, command_metrics, first_intents
from hiddenstate.tasks.tag_baselines.registry import TagRivals
from hiddenstate.tasks.tag_verdict import judge_tags
from hiddenstate.tasks.text_baselines.registry import TextRivals
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.outcome import Outcome
from hiddenstate.workflows.tags.comparison import left_out, never_shown

COLUMNS = ("slot_f1", "intent_accuracy", "command_accuracy", "token_accuracy")


@dataclass(frozen=True)
class IntentComparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first; each baseline is a plain method for the slots with one for the intents."""
    verdict: Verdict | None
    """On the slots; None where there is no baseline."""
    result: Commands
    """The model's answers."""
    unseen: Mapping[str, int]
    """Intents of the test rows that training never showed, and how many texts have them."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why a baseline is not in the table."""

    def outcome(self, repairs: Sequence[str] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        return Outcome(
            scores=self.scores,
            columns=COLUMNS,
            basis="the same texts",
            verdict=self.verdict,
            notes=(*left_out(self.left_out), *never_shown("Intents", self.unseen)),
            repairs=tuple(repairs),
            rows=len(self.result.slots.texts),
        )


def compare_commands(
    task: IntentTask,
    models: Sequence[nn.Module],
    test: TaggedTable,
    *,
    name: str,
    rivals: tuple[TextRivals, TagRivals] | None = None,
    seconds: float | None = None,
) -> IntentComparison:
    """Read `test` and measure the answers, and those of `rivals`: for the intents, and for the slots."""
    result = task.predict(models, test)
    scores = [Score(name, command_metrics(result), is_model=True, seconds=seconds)]
    slots = {name: result.slots}
    plain = replace(test.plain(), labels=tuple(first_intents(test, task.settings)))
    missing: dict[str, str] = {}
    if rivals is not None:
        missing = {**rivals[0].left_out, **rivals[1].left_out}
        for text, tag in zip(rivals[0].fitted, rivals[1].fitted, strict=False):
            both = f"{text.baseline.name}; {tag.baseline.name}"
            own = slots[both] = task.words.tagging(test, tag.baseline.predict(test))
            answers = replace(result, slots=own, intents=text.baseline.predict(plain))
            scores.append(Score(both, command_metrics(answers), seconds=text.seconds + tag.seconds))
    return IntentComparison(
        scores=tuple(scores),
        verdict=judge_tags(name, slots) if len(slots) > 1 else None,
        result=result,
        unseen=_unseen(task, test),
        left_out=missing,
    )


def _unseen(task: IntentTask, test: TaggedTable) -> dict[str, int]:
    intents = first_intents(test, task.settings)
    numbers = np.asarray(task.labels.encode(intents))[:, 0]
    names = [name for name, number in zip(intents, numbers.tolist(), strict=True) if number < 0]
    return dict(Counter(name for name in names if name != task.settings.none_label))
