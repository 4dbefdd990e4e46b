"""What people read about a trained model that hears: the offline page and the card."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.data.sound import features
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.models.summary import Summary
from hiddenstate.plots.heard_sound import HeardSound, heard_sound
from hiddenstate.plots.playable import Clip, Playable
from hiddenstate.records import Classification
from hiddenstate.records.always_on import AlwaysOn
from hiddenstate.tasks.classification_metrics import confusion, per_class, reliability
from hiddenstate.workflows.hearing.always_on_section import always_on_sections
from hiddenstate.workflows.hearing.comparison import COLUMNS, THINGS, HearingComparison
from hiddenstate.workflows.hearing.fit import FittedHearing
from hiddenstate.workflows.hearing.gate_strips import gate_strips, has_attention, one_recording
from hiddenstate.workflows.hearing.parts import SoundParts
from hiddenstate.workflows.hearing.run_settings import HearingRun
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.verdict_section import verdict_section

PLAYED = 8
"""Wrong answers that can be played."""
DRAWN = 2
"""Recordings that are drawn: so many right and so many wrong ones."""


@dataclass(frozen=True)
class SoundFacts:
    """Everything that page and card tell."""

    run: HearingRun
    parts: SoundParts
    fitted: FittedHearing
    comparison: HearingComparison
    summary: Summary
    recordings: Recordings
    always_on: AlwaysOn | str
    """False alarms and misses in a stream, or why there are none."""
    warning: str | None = None
    """What a random split flatters."""

    @property
    def title(self) -> str:
        """What is answered."""
        return "Labels of recordings"

    @property
    def subtitle(self) -> str:
        """By what, and learnt from where."""
        return (
            f"{len(self.comparison.result.labels)} classes, by {self.run.label} with "
            f"{self.summary.total:,} parameters, "
            f"learnt from {Path(self.parts.train.source).name}"
        )

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was noticed in the files."""
        return (*self.parts.notes, *self.recordings.notes, *self.fitted.task.notes)


def report(facts: SoundFacts) -> str:
    """The page: the verdict first, then what it rests on."""
    result = facts.comparison.result
    sections: list[plots.Section] = [
        verdict_section(facts.comparison.verdict, f"{len(result.texts):,} recordings"),
        *([plots.Text("Warning", points=(facts.warning,))] if facts.warning else []),
        plots.score_table(
            facts.comparison.scores,
            metrics=COLUMNS,
            note="Measured on the same recordings. Bold: the best of a column.",
        ),
        plots.Chart(_confused(result)),
        *_by_group(facts),
        *_drawn(facts),
        _errors(facts),
        *always_on_sections(facts.always_on, facts.run.augment.noise),
        plots.Chart(plots.reliability_curve(reliability(result)), half=True),
        plots.Chart(plots.learning_curve(facts.fitted.history, loss="log loss"), half=True),
        plots.class_table(per_class(result), things=THINGS),
        plots.Text("The data, and what was noticed in it", points=facts.repairs or ("Nothing to be noted.",)),
        plots.Text("Why this comparison is fair", points=fairness(facts)),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(facts.run, "hear", source="RECORDINGS"),
    ]
    return plots.Page(facts.title, facts.subtitle, sections).html()


def _by_group(facts: SoundFacts) -> list[plots.Section]:
    """A confusion matrix for each speaker of the test recordings."""
    groups, result = facts.parts.test.groups, facts.comparison.result
    if groups is None:
        return []
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(groups):
        rows[name].append(row)
    sections: list[plots.Section] = []
    for name in sorted(rows)[:12]:
        part = rows_of(result, rows[name])
        accuracy = float(np.mean(np.asarray(part.predicted) == np.asarray(part.truth)))
        title = f"{facts.run.data.group} {name}: {100 * accuracy:.1f} % of {len(part.texts)} right"
        sections += [plots.Text(title), plots.Chart(_confused(part))]
    return [plots.Details(f"Confusion by {facts.run.data.group}", sections)]


def _confused(result: Classification) -> Any:
    return plots.confusion_matrix(result.labels, confusion(result), things=THINGS)


def rows_of(result: Classification, rows: list[int]) -> Classification:
    """Some of the answers."""
    truth = None if result.truth is None else result.truth[rows]
    return replace(
        result,
        probabilities=result.probabilities[rows],
        predicted=result.predicted[rows],
        texts=tuple(result.texts[row] for row in rows),
        tokens=tuple(result.tokens[row] for row in rows),
        weights=tuple(result.weights[row] for row in rows),
        truth=truth,
    )


def _answered(result: Classification, row: int) -> tuple[str, str]:
    """The answer and the truth in words."""
    answer, truth = int(result.predicted[row]), int(np.asarray(result.truth)[row])
    return (
        result.labels[answer] if answer >= 0 else "none of these",
        result.labels[truth] if truth >= 0 else "a label never seen in training",
    )


def _wrong(result: Classification) -> list[int]:
    """Rows of wrong answers, the surest first."""
    wrong = np.flatnonzero(np.asarray(result.predicted) != np.asarray(result.truth))
    order = np.argsort(-result.probabilities[wrong].max(axis=1), kind="stable")
    return [int(row) for row in wrong[order]]


def _is_sound(file: str) -> bool:
    return not file.lower().endswith(features.ENDINGS)


def _errors(facts: SoundFacts) -> plots.Section:
    result = facts.comparison.result
    clips = []
    for row in [row for row in _wrong(result) if _is_sound(result.texts[row])][:PLAYED]:
        answer, truth = _answered(result, row)
        sure = 100 * float(result.probabilities[row].max())
        file = result.texts[row]
        text = f"Answered {answer}, {sure:.1f} % sure; the truth is {truth}."
        clips.append(Clip(Path(file).name, text, facts.recordings.samples(file), facts.run.frontend.rate))
    nothing = (
        "No answer was wrong." if not _wrong(result) else "The features of a recording cannot be played."
    )
    return Playable("Most confident errors", clips, nothing, "Some may be labelled wrongly in the data.")


def _drawn(facts: SoundFacts) -> list[plots.Section]:
    """Recordings with what the model listened to, and the gates of its last layer."""
    result = facts.comparison.result
    right = np.flatnonzero(np.asarray(result.predicted) == np.asarray(result.truth)).tolist()
    rows = [row for row in (*right[:DRAWN], *_wrong(result)[:DRAWN]) if _is_sound(result.texts[row])]
    sections: list[plots.Section] = []
    for row in rows:
        file, (answer, truth) = result.texts[row], _answered(result, row)
        samples = facts.recordings.samples(file)
        batch = one_recording(facts.fitted.task, file, facts.recordings)
        sound = HeardSound(
            Path(file).name,
            len(samples) / facts.run.frontend.rate,
            samples,
            facts.recordings.frames(file),
            result.weights[row],
            gate_strips(facts.fitted.models[0], batch, last_layer=True),
            has_attention(facts.fitted.models[0]),
        )
        said = f"{truth}, heard as {answer}" if answer != truth else f"{truth}, heard rightly"
        sections.append(plots.Chart(heard_sound(sound, f"{Path(file).name}: {said}"), half=True))
    return sections


def fairness(facts: SoundFacts) -> list[str]:
    """What was fitted on what: the lines that a sceptic looks for."""
    counts = ", ".join(f"{count:,} {name}" for name, count in facts.parts.rows.items())
    how = (
        f"each {facts.run.data.group} in one part alone"
        if facts.parts.by_group
        else "recording by recording: the same voice may stand in several parts"
    )
    lines = [
        f"Recordings: {counts}; split {how}.",
        "Classes, the standardisation and weights were learnt from the training recordings. The epoch, the temperature "
        f"({facts.fitted.task.temperature:.2f}) and the baselines' strength were chosen on the validation recordings.",
        "The baselines then learnt from the validation recordings, too; the network did not.",
    ]
    if facts.fitted.task.threshold is not None:
        lines.append(
            f'Below a probability of {facts.fitted.task.threshold:.2f} the answer is "none of these"; chosen on the '
            "validation recordings."
        )
    return lines


def card(facts: SoundFacts) -> str:
    """The model card, in Markdown."""
    comparison = facts.comparison
    keys = ("accuracy", "unweighted_average_recall", "macro_f1")
    rows: list[Mapping[str, Any]] = [
        {"method": score.name, **{key: score.metrics.get(key) for key in keys}} for score in comparison.scores
    ]
    content: dict[str, Any] = {
        "title": facts.title,
        "summary": facts.subtitle + ".",
        "model": {
            "cell": facts.run.label,
            "parameters": facts.summary.total,
            "pooling": facts.run.model.pool,
        },
        "data": {
            "source": Path(facts.parts.train.source).name,
            "labels": ", ".join(comparison.result.labels[:20]),
            "samples a second": facts.run.frontend.rate,
            **{f"{name} recordings": count for name, count in facts.parts.rows.items()},
        },
        "split": fairness(facts),
        "metrics": rows,
        "limits": [
            *([facts.warning] if facts.warning else []),
            "Learnt from one collection of recordings: other speakers, microphones or rooms give more errors.",
            "Attention shows where the network listened, not why it answered so.",
        ],
        "usage": "`hiddenstate predict MODEL word.wav`",
    }
    if comparison.verdict is not None:
        content["verdict"] = comparison.verdict.text
    return compose_card(content)
