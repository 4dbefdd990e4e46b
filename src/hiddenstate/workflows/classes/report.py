"""What people read about a trained classifier: the offline page and the card."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.data.audit.finding import Audit
from hiddenstate.models.summary import Summary
from hiddenstate.tasks.classification_metrics import confusion, per_class, reliability
from hiddenstate.workflows.classes.comparison import COLUMNS, COLUMNS_OF_SEVERAL, Comparison
from hiddenstate.workflows.classes.fit import FittedClasses
from hiddenstate.workflows.classes.parts import Parts
from hiddenstate.workflows.classes.run_settings import ClassRun
from hiddenstate.workflows.key_figures import key_figures
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.verdict_section import verdict_section

EXAMPLES = 5
"""Texts with coloured words that the page shows: so many right ones, and so many wrong ones."""
HALF_WIDE = 6
"""Classes up to which the confusion matrix takes half of the page."""
WITHOUT_ATTENTION = "What each word gave to the pooled vector"
POOL_CAPTIONS = {
    "max": "This model has no attention: shown is the share of features that are greatest at each word.",
    "mean": "This model has no attention: its pool is the mean, in which every word counts the same.",
    "last": "This model has no attention: its pool is what it knows after the last word of each direction.",
}
FEW_CLASSES = 12
"""With more, the confusion matrix shows a part only, and a list stands beside it."""


@dataclass(frozen=True)
class Facts:
    """Everything that page and card tell."""

    run: ClassRun
    parts: Parts
    fitted: FittedClasses
    comparison: Comparison
    summary: Summary
    audit: Audit

    @property
    def title(self) -> str:
        """What is answered."""
        return f"Labels of {self.run.data.target} from {self.run.data.text}"

    @property
    def subtitle(self) -> str:
        """By what, and learnt from which file."""
        classes = len(self.comparison.result.labels)
        return (
            f"{classes} classes, by {self.run.label} with {self.summary.total:,} parameters, "
            f"learnt from {Path(self.parts.train.source).name}"
        )

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was repaired in the files, or deserves a look in them."""
        lines = [*self.parts.notes, *self.fitted.task.notes]
        if self.fitted.task.coverage is not None:
            lines.append(f"Word vectors: {self.fitted.task.coverage}")
        if self.parts.leak.rows:
            lines.append(str(self.parts.leak))
        # Equal texts of training and test are told by the line above.
        lines += [f"LEAK: {leak.text}" for leak in self.audit.leaks if leak.check != "duplicates"]
        return tuple(lines)


def report(facts: Facts) -> str:
    """The page: the verdict first, then what it rests on."""
    result = facts.comparison.result
    columns = COLUMNS_OF_SEVERAL if result.multi_label else COLUMNS
    sections: list[plots.Section] = [
        verdict_section(facts.comparison.verdict, f"{len(facts.comparison.result.texts):,} texts"),
        _figures(facts),
        plots.score_table(
            facts.comparison.scores,
            metrics=columns,
            note="Measured on the same texts. Bold: the best of a column.",
        ),
        *_charts(facts),
        plots.Text(
            "The data, and what was noticed in it", points=facts.repairs or ("Nothing had to be repaired.",)
        ),
        plots.Text("Why this comparison is fair", points=_fairness(facts)),
        plots.Text("Leak audit", points=facts.audit.lines()),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(facts.run),
    ]
    return plots.Page(facts.title, facts.subtitle, sections).html()


def _charts(facts: Facts) -> list[plots.Section]:
    result = facts.comparison.result
    loss = "log loss" if facts.run.task.watch == "loss" else "share of errors"
    sections: list[plots.Section] = []
    if not result.multi_label:
        counts = confusion(result)
        # Few classes leave room for the reliability curve beside it.
        half = len(result.labels) <= HALF_WIDE
        sections.append(plots.Chart(plots.confusion_matrix(result.labels, counts), half=half))
        if len(result.labels) > FEW_CLASSES:
            sections.append(plots.confusions(result.labels, counts))
    classes = plots.class_table(per_class(result))
    attention = plots.attention_words(result, each=EXAMPLES)
    if "attention" not in facts.run.model.pool:
        attention = replace(attention, title=WITHOUT_ATTENTION, caption=POOL_CAPTIONS[facts.run.model.pool])
    return [
        *sections,
        plots.Chart(plots.reliability_curve(reliability(result)), half=True),
        classes if len(classes.rows) <= FEW_CLASSES else plots.Details("Each class", [classes]),
        plots.Chart(plots.learning_curve(facts.fitted.history, loss=loss), half=True),
        attention,
        plots.confident_errors(result),
    ]


def card(facts: Facts) -> str:
    """The model card, in Markdown."""
    comparison, run = facts.comparison, facts.run
    keys = ("accuracy", "macro_f1") if not comparison.result.multi_label else ("micro_f1", "macro_f1")
    rows: list[Mapping[str, Any]] = [
        {"method": score.name, **{key: score.metrics.get(key) for key in keys}} for score in comparison.scores
    ]
    content: dict[str, Any] = {
        "title": facts.title,
        "summary": facts.subtitle + ".",
        "model": {"cell": run.label, "parameters": facts.summary.total, "pooling": run.model.pool},
        "data": {
            "file": Path(facts.parts.train.source).name,
            "text": run.data.text,
            "labels": ", ".join(comparison.result.labels[:20]),
            "vectors": ", ".join(Path(file).name for file in run.data.vectors) or "none",
            **{f"{name} rows": count for name, count in facts.parts.rows.items()},
        },
        "split": _fairness(facts),
        "metrics": rows,
        "limits": [
            "Learnt from one collection of texts; another source, another time or another language gives more errors.",
            "Attention shows where the network looked, not why it answered so.",
        ],
        "usage": '`hiddenstate predict MODEL --text "..."`',
    }
    if comparison.verdict is not None:
        content["verdict"] = comparison.verdict.text
    return compose_card(content)


def _figures(facts: Facts) -> plots.Figures:
    comparison = facts.comparison
    keys = ("micro_f1" if comparison.result.multi_label else "accuracy", "macro_f1", "ece", "log_loss")
    return key_figures(comparison.scores, keys, comparison.verdict)


def _fairness(facts: Facts) -> list[str]:
    """What was fitted on what: the lines that a sceptic looks for."""
    counts = ", ".join(f"{count:,} {name}" for name, count in facts.parts.rows.items())
    task, run = facts.fitted.task, facts.run
    source = (
        f"from {run.split.test}"
        if isinstance(run.split.test, str)
        else "held back before anything was fitted"
    )
    lines = [
        f"Rows: {counts}. The test rows were {source}; they were read once, at the end. A text that stands "
        "twice in the training file stays in one part.",
        "Words, classes and weights were learnt from the training rows alone. The number of epochs, the "
        f"temperature of the probabilities ({task.temperature:.2f}) and the baselines' strength were chosen on the "
        "validation rows.",
        f"Leak between the parts: {facts.parts.leak}.",
        "Model and baselines label the same test texts.",
        "The baselines chose their strength on the validation rows and then learnt from these too"
        + ("." if facts.fitted.refitted else ", which the network did not: a small advantage of theirs."),
    ]
    if facts.fitted.refitted:
        lines.append("The final networks learnt from the training and validation rows together.")
    if task.threshold is not None:
        lines.append(
            f'Below a probability of {task.threshold:.2f} the answer is "none of these"; chosen on the validation rows.'
        )
    return lines
