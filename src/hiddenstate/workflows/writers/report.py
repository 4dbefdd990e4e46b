"""What people read about a trained language model: the offline page and the card."""

from dataclasses import dataclass, replace
from math import isfinite, log
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.data.book import BookParts
from hiddenstate.models.summary import Summary
from hiddenstate.program import Program
from hiddenstate.records import History
from hiddenstate.runtime.sampling import Sampling
from hiddenstate.runtime.text_generator import TextGenerator
from hiddenstate.tasks.generate_program import PREFIX
from hiddenstate.tasks.surprise import Surprise
from hiddenstate.workflows.key_figures import key_figures
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.verdict_section import verdict_section
from hiddenstate.workflows.writers.comparison import COLUMNS, LanguageComparison
from hiddenstate.workflows.writers.fit import FittedWriter
from hiddenstate.workflows.writers.run_settings import WriterRun

if TYPE_CHECKING:
    import altair as alt

TITLE = "Going on with a text"
TEMPERATURES = (0.0, 0.5, 0.8, 1.0)
SAMPLE_CHARACTERS = 350
PASSAGE_CHARACTERS = 600
PROMPT_CHARACTERS = 60
LIMITS = [
    "Writes in the manner of one text: what it says need not be true, and it can repeat passages word for word.",
    "Another text, author or language surprises it more: measure with hiddenstate evaluate.",
]


@dataclass(frozen=True)
class WriterFacts:
    """Everything that page and card tell."""

    run: WriterRun
    parts: BookParts
    fitted: FittedWriter
    comparison: LanguageComparison
    summary: Summary
    program: Program

    @property
    def subtitle(self) -> str:
        """By what, and learnt from which file."""
        units = self.fitted.task.units
        return (
            f"{len(units) - 2:,} {units.settings.unit}s, by {self.run.label} with {self.summary.total:,} parameters, "
            f"learnt from {Path(self.parts.source).name}"
        )

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was repaired in the file."""
        return self.parts.notes


def report(facts: WriterFacts) -> str:
    """The page: the verdict first, then what it rests on."""
    comparison = facts.comparison
    characters = f"{comparison.surprise.characters:,} characters"
    history = in_bits(facts.fitted.history, _characters_a_unit(facts))
    sections: list[plots.Section] = [
        verdict_section(comparison.verdict, characters),
        key_figures(comparison.scores, COLUMNS, comparison.verdict),
        plots.score_table(
            comparison.scores,
            metrics=COLUMNS,
            note=f"Measured on the same {characters}. {comparison.notes[0]} Bold: the best of a column.",
        ),
        *_samples(facts),
        _passage(comparison.surprise),
        plots.Chart(plots.learning_curve(history, loss="bits per character"), half=True),
        plots.Chart(_memory(comparison.surprise, facts), half=True),
        plots.Text(
            "The data, and what was noticed in it",
            points=(*facts.repairs, *comparison.notes[1:]) or ("Nothing had to be repaired.",),
        ),
        plots.Text("Why this comparison is fair", points=fairness(facts)),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(facts.run, "generate"),
    ]
    return plots.Page(TITLE, facts.subtitle, sections).html()


def card(facts: WriterFacts) -> str:
    """The model card, in Markdown."""
    comparison = facts.comparison
    content = {
        "title": TITLE,
        "summary": facts.subtitle + ".",
        "model": {"network": facts.run.label, "parameters": facts.summary.total},
        "data": {"file": Path(facts.parts.source).name}
        | {f"{name} characters": count for name, count in facts.parts.characters.items()},
        "split": fairness(facts),
        "metrics": [
            {"method": score.name, **{key: score.metrics.get(key) for key in COLUMNS[:2]}}
            for score in comparison.scores
        ],
        "limits": LIMITS,
        "usage": '`hiddenstate generate MODEL --prompt "..."`',
    }
    if comparison.verdict is not None:
        content["verdict"] = comparison.verdict.text
    return compose_card(content)


def fairness(facts: WriterFacts) -> list[str]:
    """What was fitted on what: the lines that a sceptic looks for."""
    counts = ", ".join(f"{count:,} {name}" for name, count in facts.parts.characters.items())
    test = facts.run.split.test
    source = f"is {test}" if isinstance(test, str) else "is the end of the text"
    return [
        f"Characters: {counts}. The text was cut in its own order, never shuffled: learnt from is the beginning, "
        f"chosen on what follows; the test text {source} and was read once, at the end.",
        "Units, weights and the counts of the n-grams come from the training part alone; the number of epochs and the "
        "order of the n-grams were chosen on the validation part.",
        _leak(facts.parts),
    ]


def in_bits(history: History, characters: float) -> History:
    """A learning curve in nats a unit as one in bits a character."""
    scale = 1.0 / log(2) / characters
    return replace(
        history,
        epochs=tuple(
            replace(
                epoch,
                train_loss=epoch.train_loss * scale,
                validation_loss=epoch.validation_loss * scale
                if isfinite(epoch.validation_loss)
                else epoch.validation_loss,
            )
            for epoch in history.epochs
        ),
    )


def _characters_a_unit(facts: WriterFacts) -> float:
    cut = facts.fitted.task.units.cut(facts.parts.train[:200_000])
    return sum(map(len, cut)) / max(len(cut), 1)


def _leak(parts: BookParts) -> str:
    """How many long lines of the test text also stand in the training text."""
    seen = {line.strip() for line in parts.train.splitlines()}
    lines = [line.strip() for line in parts.test.splitlines() if len(line.strip()) >= 30]
    found = sum(line in seen for line in lines)
    if not lines:
        return "Leak between the parts: not looked for, the test text has no line of 30 characters or more."
    return (
        f"Leak between the parts: {found:,} of {len(lines):,} test lines of 30 characters or more also stand in the "
        "training part."
    )


def _samples(facts: WriterFacts) -> list[plots.Section]:
    """Texts that the model wrote, from the beginning of the test text, at several temperatures."""
    units = facts.fitted.task.units
    weights = {PREFIX + name: value.numpy() for name, value in facts.fitted.model.state_dict().items()}
    writer = TextGenerator(units, facts.program, weights)
    prompt = _whole_words(facts.parts.test[:PROMPT_CHARACTERS])
    length = max(1, round(SAMPLE_CHARACTERS / _characters_a_unit(facts)))
    shown = []
    for temperature in TEMPERATURES:
        sampling = Sampling(temperature=temperature)
        text = "".join(writer.tokens(prompt, length=length, sampling=sampling, unknown="skip"))
        greedy = ", always the likeliest" if temperature == 0 else ""
        shown.append(plots.Code(f"Written by the model, temperature {temperature:g}{greedy}", text))
    note = plots.Text(
        "Samples",
        [f'Written by the model after "{" ".join(prompt.split())}", all with seed 0; none was picked.'],
    )
    return [note, shown[2], plots.Details("Other temperatures", [*shown[:2], *shown[3:]])]


def _whole_words(text: str) -> str:
    """A text without the word at its end, which may be cut."""
    kept = text.rstrip()
    while kept and not kept[-1].isspace():
        kept = kept[:-1]
    return kept.rstrip() or text


def _passage(surprise: Surprise) -> plots.SurpriseStrip:
    """A passage from the middle of the test text."""
    first = len(surprise.units) // 2
    last, characters = first, 0
    while last < len(surprise.units) and characters < PASSAGE_CHARACTERS:
        characters += len(surprise.units[last])
        last += 1
    return plots.SurpriseStrip(surprise.units[first:last], surprise.nats[first:last].tolist())


def _memory(surprise: Surprise, facts: WriterFacts) -> "alt.LayerChart":
    """Surprise by how much of a window was read."""
    settings = facts.fitted.task.settings
    window, nats = settings.short_window, surprise.window_nats
    groups: dict[int, float] = {}
    if nats is not None and len(nats) >= window:
        lengths = np.array([len(unit) for unit in surprise.units])
        place = np.arange(len(nats)) % window
        first, last = 0, 1
        while first < window:
            inside = (place >= first) & (place < last)
            groups[min(last, window)] = float(nats[inside].sum() / lengths[inside].sum() / log(2))
            first, last = last, last * 2
    carried = surprise.metrics()["bits_per_char"]
    return plots.context_curve(groups, carried, unit=settings.units.unit)
