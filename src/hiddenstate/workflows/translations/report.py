"""What people read about a trained translator: the offline page and the card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.models.summary import Summary
from hiddenstate.tasks.translation_metrics import corpus_chrf
from hiddenstate.workflows.key_figures import key_figures
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.translations.answers import alignment, has_alignment
from hiddenstate.workflows.translations.comparison import COLUMNS, LOWERED, TranslationComparison
from hiddenstate.workflows.translations.fit import FittedTranslator
from hiddenstate.workflows.translations.parts import PairParts
from hiddenstate.workflows.translations.run_settings import TranslateRun
from hiddenstate.workflows.verdict_section import verdict_section

EXAMPLES = 4
"""Sentences whose alignment the page shows."""
BANDS = 5
"""Bands of source lengths, each with about as many sentences."""
FEWEST = 20
"""Test sentences below which quality by length would be noise."""
LIMITS = [
    "Learnt from one collection of sentences; other subjects, and longer sentences, are translated worse.",
    "A translation may read well and be wrong: names, numbers and negations above all.",
]


@dataclass(frozen=True)
class TranslatorFacts:
    """Everything that page and card tell."""

    run: TranslateRun
    parts: PairParts
    fitted: FittedTranslator
    comparison: TranslationComparison
    summary: Summary

    @property
    def subtitle(self) -> str:
        """By what, and learnt from which file."""
        return (
            f"By {self.run.label} with {self.summary.total:,} parameters and {len(self.fitted.task.pieces):,} pieces "
            f"of words, learnt from {Path(self.parts.train.source).name}"
        )

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was left out of the files, or deserves a look in them."""
        leak = (str(self.parts.leak),) if self.parts.leak.rows else ()
        return (*self.parts.notes, *leak)


def report(facts: TranslatorFacts) -> str:
    """The page: the verdict first, then what it rests on."""
    comparison = facts.comparison
    count = len(comparison.truth)
    loss = "1 - BLEU" if facts.run.task.watch == "bleu" else "loss"
    sections: list[plots.Section] = [
        verdict_section(comparison.verdict, f"{count:,} sentences"),
        key_figures(comparison.scores, COLUMNS, comparison.verdict),
        plots.score_table(
            comparison.scores,
            metrics=COLUMNS,
            note="Measured on the same sentences. Bold: the best of a column.",
        ),
    ]
    if count >= FEWEST:
        curves = chrf_by_length(comparison.answers, comparison.result.sources, comparison.truth)
        chart = plots.quality_by_length(curves, quality="chrF", caption=_caption(facts.run))
        sections.append(plots.Chart(chart))
    sections += [
        *_examples(comparison),
        plots.Chart(plots.learning_curve(facts.fitted.history, loss=loss), half=True),
        plots.Text(
            "The data, and what was noticed in it", points=facts.repairs or ("Nothing was left out.",)
        ),
        plots.Text("Why this comparison is fair", points=_fairness(facts)),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(facts.run, "translate"),
    ]
    return plots.Page("Translation", facts.subtitle, sections).html()


def card(facts: TranslatorFacts) -> str:
    """The model card, in Markdown."""
    comparison = facts.comparison
    rows = [
        {"method": score.name, **{key: score.metrics.get(key) for key in COLUMNS}}
        for score in comparison.scores
    ]
    content = {
        "title": "Translation",
        "summary": facts.subtitle + ".",
        "model": {"network": facts.run.label, "parameters": facts.summary.total},
        "data": {"file": Path(facts.parts.train.source).name}
        | {f"{name} pairs": count for name, count in facts.parts.rows.items()},
        "split": _fairness(facts),
        "metrics": rows,
        "limits": LIMITS,
        "usage": '`hiddenstate predict MODEL --text "..."`',
    }
    verdict = comparison.verdict
    return compose_card(content if verdict is None else {**content, "verdict": verdict.text})


def chrf_by_length(
    answers: Mapping[str, Sequence[str]], sources: Sequence[str], truth: Sequence[str]
) -> dict[str, dict[float, float]]:
    """Name -> mean words of a band of sources -> chrF there, in percent."""
    words = np.array([len(text.split()) for text in sources])
    bands = [rows for rows in np.array_split(np.argsort(words, kind="stable"), BANDS) if len(rows)]
    return {
        name: {
            float(words[rows].mean()): 100.0
            * corpus_chrf([own[row] for row in rows], [truth[row] for row in rows])
            for rows in bands
        }
        for name, own in answers.items()
    }


def _examples(comparison: TranslationComparison) -> list[plots.Section]:
    """Sentences spread evenly over the test: what was read, written and right, and where each piece looked."""
    result = comparison.result
    rows = range(0, len(result.sources), max(1, len(result.sources) // EXAMPLES))[:EXAMPLES]
    sections: list[plots.Section] = []
    for place, row in enumerate(rows, start=1):
        points = (
            f"Source: {result.sources[row]}",
            f"Model: {result.targets[row]}",
            f"Truth: {comparison.truth[row]}",
        )
        sections.append(plots.Text(f"Example {place}", points=points))
        if has_alignment(result, row):
            sections.append(
                plots.Chart(
                    plots.attention_map(alignment(result, row), title=f"Alignment of example {place}")
                )
            )
    return sections


def _caption(run: TranslateRun) -> str:
    more = (
        "" if run.task.twin else " Train with task.twin=true to see the same network without attention here."
    )
    return f"Bands with as many sentences each, by the length of the source.{more}"


def _fairness(facts: TranslatorFacts) -> list[str]:
    """What was fitted on what: the lines that a sceptic looks for."""
    counts = ", ".join(f"{count:,} {name}" for name, count in facts.parts.rows.items())
    test = facts.run.split.test
    source = f"from {test}" if isinstance(test, str) else "held back before anything was fitted"
    return [
        f"Pairs: {counts}. The test pairs were {source}; they were read once, at the end. A source that stands twice "
        "in the training file stays in one part.",
        "Pieces and weights were learnt from the training pairs alone; the number of epochs was chosen on the "
        "validation pairs.",
        f"Leak between the parts: {facts.parts.leak}.",
        f"Searched with a beam of {facts.comparison.search.beam}. Measured as "
        + " and ".join(facts.comparison.signatures)
        + ". BLEU by Moses tokens follows a few rules of our own.",
        *([LOWERED] if facts.comparison.lowered else []),
    ]
