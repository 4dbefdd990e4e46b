"""What people read about a trained model of commands: the offline page and the card."""

from dataclasses import dataclass
from pathlib import Path

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.models.summary import Summary
from hiddenstate.tasks.classification_metrics import confusion, per_class, reliability
from hiddenstate.workflows.intents.comparison import COLUMNS, IntentComparison
from hiddenstate.workflows.intents.fit import FittedIntents
from hiddenstate.workflows.intents.run_settings import IntentRun
from hiddenstate.workflows.key_figures import key_figures
from hiddenstate.workflows.tags.parts import TaggedParts
from hiddenstate.workflows.tags.report import (
    card_content,
    examples,
    fairness,
    tag_sections,
)
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.verdict_section import verdict_section

TITLE = "Intents and slots of commands"


@dataclass(frozen=True)
class IntentFacts:
    """Everything that page and card tell."""

    run: IntentRun
    parts: TaggedParts
    fitted: FittedIntents
    comparison: IntentComparison
    summary: Summary

    @property
    def subtitle(self) -> str:
        """By what, and learnt from which file."""
        task = self.fitted.task
        return (
            f"{len(task.labels.names)} intents and {len(task.words.tags.names)} tags of slots, by {self.run.label} "
            f"with {self.summary.total:,} parameters, learnt from {Path(self.parts.train.source).name}"
        )

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was repaired in the files, or deserves a look in them."""
        lines = [*self.parts.notes, *self.fitted.task.labels.notes]
        if self.fitted.task.words.coverage is not None:
            lines.append(f"Word vectors: {self.fitted.task.words.coverage}")
        if self.parts.leak.rows:
            lines.append(str(self.parts.leak))
        return tuple(lines)


def report(facts: IntentFacts) -> str:
    """The page: the verdict first, then what it rests on."""
    comparison, intents = facts.comparison, facts.comparison.result.intents
    loss = "loss" if facts.run.task.watch == "loss" else "share of errors"
    sections: list[plots.Section] = [
        verdict_section(comparison.verdict, f"{len(intents.texts):,} texts"),
        key_figures(comparison.scores, COLUMNS, comparison.verdict),
        plots.score_table(
            comparison.scores,
            metrics=COLUMNS,
            note="Measured on the same texts. Bold: the best of a column.",
        ),
        plots.Chart(plots.confusion_matrix(intents.labels, confusion(intents)), title="Intents"),
        plots.Details("Each intent", [plots.class_table(per_class(intents))]),
        *tag_sections(comparison.result.slots, facts.fitted.task.words.tags),
        plots.Chart(plots.reliability_curve(reliability(intents)), half=True),
        plots.Chart(plots.learning_curve(facts.fitted.history, loss=loss), half=True),
        plots.MarkedTexts(examples(comparison.result.slots), title="Slots that were found"),
        plots.Text(
            "The data, and what was noticed in it", points=facts.repairs or ("Nothing had to be repaired.",)
        ),
        plots.Text("Why this comparison is fair", points=fairness(facts.parts, facts.run.split.test)),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(facts.run, "intent"),
    ]
    return plots.Page(TITLE, facts.subtitle, sections).html()


def card(facts: IntentFacts) -> str:
    """The model card, in Markdown."""
    comparison = facts.comparison
    content = card_content(comparison.scores, COLUMNS[:3], comparison.verdict, facts.parts)
    return compose_card(
        {
            "title": TITLE,
            "summary": facts.subtitle + ".",
            "model": {"network": facts.run.label, "parameters": facts.summary.total},
            "split": fairness(facts.parts, facts.run.split.test),
            **content,
        }
    )
