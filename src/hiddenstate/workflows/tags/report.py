"""What people read about a trained tagger: the offline page and the card."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.models.summary import Summary
from hiddenstate.records import Score, Tagging
from hiddenstate.tasks.span_f1 import span_rows, tag_rows
from hiddenstate.tasks.tag_set import TagSet
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.key_figures import key_figures
from hiddenstate.workflows.tags.answers import marked
from hiddenstate.workflows.tags.comparison import TagComparison
from hiddenstate.workflows.tags.fit import FittedTags
from hiddenstate.workflows.tags.parts import TaggedParts
from hiddenstate.workflows.tags.run_settings import TagRun
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.verdict_section import verdict_section

EXAMPLES = 5
"""Sentences that the page shows: so many with an error, and so many without."""
FEW = 12
"""Rows of a table that stand open on the page; more are folded away."""
CONFUSION = (
    "Words by their true tag (down) and the answer (across); of many tags those that are confused most. Colour and "
    "percentage: the share of the row."
)
LIMITS = [
    "Learnt from one collection of texts; another source, another time or another language gives more errors.",
    "New texts are cut into words by a rule of its own, which may differ from that of the tagged file.",
]


@dataclass(frozen=True)
class TagFacts:
    """Everything that page and card tell."""

    run: TagRun
    parts: TaggedParts
    fitted: FittedTags
    comparison: TagComparison
    summary: Summary

    @property
    def subtitle(self) -> str:
        """By what, and learnt from which file."""
        return (
            f"{len(self.fitted.task.tags.names)} tags, by {self.run.label} with {self.summary.total:,} parameters, "
            f"learnt from {Path(self.parts.train.source).name}"
        )

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was repaired in the files, or deserves a look in them."""
        lines = list(self.parts.notes)
        if self.fitted.task.coverage is not None:
            lines.append(f"Word vectors: {self.fitted.task.coverage}")
        if self.parts.leak.rows:
            lines.append(str(self.parts.leak))
        return tuple(lines)


def report(facts: TagFacts) -> str:
    """The page: the verdict first, then what it rests on."""
    comparison, result = facts.comparison, facts.comparison.result
    loss = "loss" if facts.run.task.watch == "loss" else "share of errors"
    sections: list[plots.Section] = [
        verdict_section(comparison.verdict, f"{len(result.texts):,} sentences"),
        key_figures(comparison.scores, comparison.columns[:4], comparison.verdict),
        plots.score_table(
            comparison.scores,
            metrics=comparison.columns,
            note="Measured on the same sentences. Bold: the best of a column.",
        ),
        *tag_sections(result, facts.fitted.task.tags),
        plots.Chart(plots.learning_curve(facts.fitted.history, loss=loss), half=True),
        plots.MarkedTexts(examples(result)),
        plots.Text(
            "The data, and what was noticed in it", points=facts.repairs or ("Nothing had to be repaired.",)
        ),
        plots.Text("Why this comparison is fair", points=fairness(facts.parts, facts.run.split.test)),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(facts.run, "tag"),
    ]
    return plots.Page("Tags of words", facts.subtitle, sections).html()


def card(facts: TagFacts) -> str:
    """The model card, in Markdown."""
    comparison = facts.comparison
    content = card_content(comparison.scores, comparison.columns[:2], comparison.verdict, facts.parts)
    return compose_card(
        {
            "title": "Tags of words",
            "summary": facts.subtitle + ".",
            "model": {"network": facts.run.label, "parameters": facts.summary.total},
            "split": fairness(facts.parts, facts.run.split.test),
            **content,
        }
    )


def card_content(
    scores: tuple[Score, ...], keys: tuple[str, ...], verdict: Verdict | None, parts: TaggedParts
) -> dict[str, Any]:
    """The facts of a card that taggers and models of commands have in common."""
    rows = [{"method": score.name, **{key: score.metrics.get(key) for key in keys}} for score in scores]
    content: dict[str, Any] = {
        "data": {"file": Path(parts.train.source).name}
        | {f"{name} rows": count for name, count in parts.rows.items()},
        "metrics": rows,
        "limits": LIMITS,
        "usage": '`hiddenstate predict MODEL --text "..."`',
    }
    return content if verdict is None else {**content, "verdict": verdict.text}


def tag_sections(result: Tagging, tags: TagSet) -> list[plots.Section]:
    """How well each name is found; of few plain tags also which are taken for which."""
    truth = result.truth or ()
    rows = span_rows(truth, result.tags) if result.marks_spans else tag_rows(truth, result.tags)
    table = plots.class_table(
        rows, title="Each name, the hardest first", things="spans" if result.marks_spans else "words"
    )
    sections: list[plots.Section] = [table if len(rows) <= FEW else plots.Details("Each name", [table])]
    if not result.marks_spans:
        chart = plots.confusion_matrix(tags.names, _confusion(result, tags))
        sections.insert(0, plots.Chart(chart, title="Which tags are taken for which", caption=CONFUSION))
    return sections


def _confusion(result: Tagging, tags: TagSet) -> Any:
    """(k + 1, k + 1) words: truth down, answers across; the last row is tags never seen in training."""
    size = len(tags.names)
    counts = np.zeros((size + 1, size + 1), dtype=np.int64)
    for own, answer in zip(tags.encode(result.truth or ()), tags.encode(result.tags), strict=True):
        np.add.at(counts, (own, answer), 1)  # -1, a tag never seen, is the last row
    return counts


def examples(result: Tagging) -> tuple[plots.MarkedText, ...]:
    """Sentences with an error and some without, spread evenly over the test rows."""
    truth = result.truth or ()
    wrong = [row for row, own in enumerate(truth) if own and own != result.tags[row]]
    right = [row for row, own in enumerate(truth) if own and own == result.tags[row]]
    if result.marks_spans:
        right = [row for row in right if any(tag != "O" for tag in truth[row])]
    chosen = [rows[:: max(1, len(rows) // EXAMPLES)][:EXAMPLES] for rows in (wrong, right)]
    return tuple(marked(result, row) for rows in chosen for row in rows)


def fairness(parts: TaggedParts, test: float | str) -> list[str]:
    """What was fitted on what: the lines that a sceptic looks for."""
    counts = ", ".join(f"{count:,} {name}" for name, count in parts.rows.items())
    source = f"from {test}" if isinstance(test, str) else "held back before anything was fitted"
    return [
        f"Rows: {counts}. The test rows were {source}; they were read once, at the end. A text that stands twice in "
        "the training file stays in one part.",
        "Words, tags and weights were learnt from the training rows alone; the number of epochs and the strength of "
        "the linear baseline were chosen on the validation rows.",
        f"Leak between the parts: {parts.leak}.",
        "Spans count as right with the same words and the same name, as the script conlleval counts them.",
    ]
