"""What people read about a trained transcriber: the offline page and the card."""

from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

import numpy as np

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.data.sound import standardise_utterance
from hiddenstate.models.summary import Summary
from hiddenstate.records import History
from hiddenstate.tasks.transcription_metrics import aligned_words, letter_confusions, word_errors
from hiddenstate.workflows.key_figures import key_figures
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.transcripts.comparison import COLUMNS, TranscriptComparison
from hiddenstate.workflows.transcripts.fit import FittedTranscripts
from hiddenstate.workflows.transcripts.parts import TranscriptParts
from hiddenstate.workflows.transcripts.run_settings import TranscriptRun
from hiddenstate.workflows.verdict_section import verdict_section

EXAMPLES = 12
CONFUSED = 12
LIMITS = [
    "Learnt from one collection of recordings; other speakers, rooms, microphones and languages give more errors.",
    "It writes the letters of its training texts alone; where a language model is on, it leans to texts like those.",
    "Time stamps are the steps on which letters are most likely; a word may begin earlier and end later.",
]


@dataclass(frozen=True)
class TranscriptFacts:
    """Everything that page and card tell."""

    run: TranscriptRun
    parts: TranscriptParts
    fitted: FittedTranscripts
    comparison: TranscriptComparison
    summary: Summary

    @property
    def subtitle(self) -> str:
        """By what, and learnt from which file."""
        return (
            f"{len(self.fitted.task.alphabet)} letters, by {self.run.label} with {self.summary.total:,} parameters, "
            f"learnt from {Path(self.parts.train.source).name}"
        )


def report(facts: TranscriptFacts) -> str:
    """The page: the verdict first, then what it rests on."""
    comparison = facts.comparison
    sections: list[plots.Section] = [
        verdict_section(comparison.verdict, f"{len(comparison.result.texts):,} recordings"),
        key_figures(comparison.scores, COLUMNS, comparison.verdict),
        plots.score_table(
            comparison.scores,
            metrics=COLUMNS,
            note="Measured on the same recordings. Bold: the best of a column.",
        ),
    ]
    if comparison.speakers:
        groups = plots.score_table(
            comparison.speakers,
            metrics=COLUMNS,
            title=f"By {facts.run.data.group}",
            note="One model, each group.",
        )
        sections.append(groups)
    sections += [
        _worst(comparison),
        _letters(comparison),
        _one_recording(facts),
        plots.Chart(
            plots.learning_curve(_letter_errors(facts.fitted.history), loss="letter error"), half=True
        ),
        plots.Text(
            "The data, and what was noticed in it",
            points=facts.fitted.notes or ("Nothing had to be repaired.",),
        ),
        plots.Text("Why this comparison is fair", points=_fairness(facts)),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(facts.run, "transcribe", source="TABLE"),
    ]
    return plots.Page("What is said", facts.subtitle, sections).html()


def card(facts: TranscriptFacts) -> str:
    """The model card, in Markdown."""
    comparison = facts.comparison
    content = {
        "title": "What is said",
        "summary": facts.subtitle + ".",
        "model": {"network": facts.run.label, "parameters": facts.summary.total},
        "data": {"file": Path(facts.parts.train.source).name}
        | {f"{name} recordings": count for name, count in facts.parts.rows.items()},
        "split": _fairness(facts),
        "metrics": [
            {"method": score.name, **{key: score.metrics.get(key) for key in COLUMNS}}
            for score in comparison.scores
        ],
        "limits": LIMITS,
        "usage": "`hiddenstate predict MODEL recording.mfc`",
    }
    if comparison.verdict is not None:
        content["verdict"] = comparison.verdict.text
    return compose_card(content)


def _worst(comparison: TranscriptComparison) -> plots.AlignedTexts:
    """The recordings with the most wrong words."""
    result = comparison.result
    truth = result.truth or ()
    wrong = word_errors(truth, result.texts)[:, 0]
    rows = [int(row) for row in (-wrong).argsort(kind="stable")[:EXAMPLES] if wrong[row]]
    return plots.AlignedTexts(
        [
            plots.AlignedText(
                f"{result.files[row]}: {wrong[row]} wrong", aligned_words(truth[row], result.texts[row])
            )
            for row in rows
        ]
    )


def _letters(comparison: TranscriptComparison) -> plots.Table:
    """The letters that are confused most often."""
    counts = letter_confusions(comparison.result.truth or (), comparison.result.texts)
    common = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:CONFUSED]
    rows = tuple(
        plots.Row(_named(said, "(put in)"), (_named(written, "(left out)"), f"{count:,}"))
        for (said, written), count in common
    )
    return plots.Table("Letters taken for another", ("said", "written", "times"), rows)


def _letter_errors(history: History) -> History:
    """The curve without the training loss, which is not a letter error."""
    return replace(history, epochs=tuple(replace(epoch, train_loss=nan) for epoch in history.epochs))


def _named(letter: str, otherwise: str) -> str:
    return "space" if letter == " " else letter or otherwise


def _one_recording(facts: TranscriptFacts) -> plots.Chart:
    """The test recording of middle length: its features and the network's letters."""
    task, table = facts.fitted.task, facts.parts.test
    row = sorted(range(len(table)), key=lambda row: len(table.frames[row]))[len(table) // 2]
    one = table.take([row])
    (logs,) = task.log_probabilities(facts.fitted.models, one)
    stack = facts.run.model.stack
    features = standardise_utterance(one.frames[0])
    steps = [features[first : first + stack].mean(axis=0) for first in range(0, len(features), stack)]
    text = facts.comparison.result.texts[row]
    seconds = stack * facts.run.task.frame_seconds
    chart = plots.letter_posteriors(
        np.stack(steps), np.exp(logs), task.alphabet.letters, text=text, seconds=seconds
    )
    return plots.Chart(chart)


def _fairness(facts: TranscriptFacts) -> list[str]:
    """What was fitted on what: the lines that a sceptic looks for."""
    parts, group = facts.parts, facts.run.data.group
    counts = ", ".join(f"{count:,} {name}" for name, count in parts.rows.items())
    apart = (
        f"All recordings of one {group} are in one part."
        if group is not None
        else "No column of speakers was named: the same speaker may be in training and test, which flatters."
    )
    known = set(parts.train.known_texts())
    same = sum(text in known for text in parts.test.known_texts())
    language = facts.fitted.task.coder.language
    lines = [
        f"Recordings: {counts}. {apart}",
        f"{same} of {len(parts.test)} test texts are also said in the training recordings.",
        "Letters, weights and the language model were learnt from the training rows alone; the number of epochs "
        "and the language model's weight were chosen on the validation rows.",
    ]
    if language is not None and facts.run.task.beam > 1:
        lines.append(
            f"Language model: letters, order {language.ngrams.order}, weight {language.weight:g}; "
            f"{facts.run.task.beam} texts are followed side by side."
        )
    return lines
