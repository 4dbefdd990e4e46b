"""A look into a language model that reads a beginning: how much each unit surprises it, and what it expects."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hiddenstate import plots
from hiddenstate.errors import InputError
from hiddenstate.inspection import foretell, next_evidence
from hiddenstate.plots.numerals import fixed
from hiddenstate.plots.surprise_steps import in_words, quoted_unit, unit_name
from hiddenstate.records import Foretold
from hiddenstate.records.foretold import Shares
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.workflows.evidence_sections import text_sections
from hiddenstate.workflows.explain.asked_text import quoted
from hiddenstate.workflows.explain.gradients import GRADIENTS, gradient_sections
from hiddenstate.workflows.explain.inside import ATTENTION, EVIDENCE, Inside, readings_of
from hiddenstate.workflows.writers.saved import open_writer

SURPRISE = "surprise"
NO_ATTENTION = (
    "expected a model with attention, got a language model, which has none. "
    "Show surprise, evidence, gradients, units, gates, memory or walk."
)
UNITS: dict[str, tuple[str, str]] = {
    "char": ("character", "characters"),
    "word": ("word", "words"),
    "subword": ("piece of a word", "pieces of words"),
}
"""How one and several of a kind of unit are called."""
CAPTION = (
    "The darker, the more surprising: no colour below 0.5 bits (0.35 nats: the model gave more than 70 %), then from "
    "0.5, 1.5, 3, 5 and 8 bits (less than 0.4 %). Nothing stands before the first unit, so it has no colour."
)


def inside_prompt(folder: Path, text: str) -> Inside:
    """The saved language model in `folder` while it reads `text` from an empty memory.

    Raises `InputError` for an empty text, for letters or pieces that training never showed, and for a text of unknown
    words only.
    """
    saved = open_writer(folder)
    return look_into_prompt(saved.task, saved.model, text)


def look_into_prompt(task: GenerateTask, model: nn.Module, text: str) -> Inside:
    """A language model on the beginning of a text."""
    foretold = foretell(task, model, text)
    unknown = _unknown(task, text)
    units = foretold.units
    numbers = torch.from_numpy(task.units.numbers(units))[None]  # (1, n)
    labels = tuple(map(unit_name, units))

    def loss(network: nn.Module) -> Tensor:
        last = network(numbers).logits[:, -1]
        return cross_entropy(last, last.detach().argmax(dim=-1))

    return Inside(
        title="What comes next, and why?",
        subtitle=quoted(text),
        headline=f"After this text most likely: {_named(foretold.following[:1])}",
        text=_words(foretold, task.units.settings.unit, unknown),
        model=model,
        inputs=numbers,
        readings=readings_of(model, numbers, {"recurrent": labels}),
        shown={
            SURPRISE: cache(lambda: _surprise(foretold, labels)),
            EVIDENCE: cache(lambda: _evidence(task, model, text, foretold)),
            GRADIENTS: cache(lambda: gradient_sections(model, loss, fresh=task.build_model)),
        },
        lacking={ATTENTION: NO_ATTENTION},
    )


def _unknown(task: GenerateTask, text: str) -> list[str]:
    """Words that training never showed: they are read as one that was learnt. Letters and pieces have none such."""
    unseen = list(task.units.unseen(text))
    unit = task.units.settings.unit
    if unseen and (unit != "word" or len(unseen) == len(set(task.units.cut(text)))):
        listed = ", ".join(f'"{each}"' for each in unseen[:5])
        more = f" and {len(unseen) - 5} more" if len(unseen) > 5 else ""
        raise InputError(
            f"text: expected {unit}s of the training text, got {listed}{more}. Leave them out, or write them otherwise."
        )
    return unseen


def _surprise(foretold: Foretold, labels: Sequence[str]) -> list[plots.Section]:
    """The text on the colours of surprise, the bars with a slider, and all steps as a table."""
    nats = [0.0, *foretold.nats[1:].tolist()]
    rows = tuple(
        plots.Row(f"{step}: {label}", (fixed(value, 2), in_words(shares) or "–"))
        for step, (label, value, shares) in enumerate(
            zip(labels, foretold.nats.tolist(), foretold.expected, strict=True), start=1
        )
    )
    table = plots.Table("Expected at every step", ("read", "nats", "likeliest in its place"), rows)
    return [
        plots.SurpriseStrip(foretold.units, nats, caption=CAPTION),
        plots.Stepped(
            "Surprise and expectation", labels, [plots.Chart(plots.surprise_steps(foretold, labels))]
        ),
        plots.Details("Expected at every step, as a table", [table]),
    ]


def _evidence(task: GenerateTask, model: nn.Module, text: str, foretold: Foretold) -> list[plots.Section]:
    """What the likeliest next unit rests on; blanks of the text have signs."""
    found = next_evidence(task, model, text)
    names = tuple(map(unit_name, found.integrated.places))
    seen = replace(
        found,
        integrated=replace(found.integrated, places=names),
        occlusion=replace(found.occlusion, places=names),
    )
    return text_sections(seen, title=f"What the next one rests on: {quoted_unit(foretold.following[0][0])}")


def _named(shares: Shares) -> str:
    """Units with their probabilities, as a sentence names them."""
    return ", ".join(f"{quoted_unit(unit)} ({100 * share:.1f} %)" for unit, share in shares)


def _words(foretold: Foretold, unit: str, unknown: Sequence[str]) -> str:
    count = len(foretold.units)
    parts = [f"Then {_named(foretold.following[1:])}.", f"{count} {UNITS[unit][count > 1]} read"]
    if count > 1:
        parts[-1] += f", with a surprise of {fixed(foretold.nats_per_character, 3)} nats per character"
    parts[-1] += "."
    if unknown:
        listed = ", ".join(map(unit_name, unknown))
        parts.append(f"Never seen in training, read as one unknown word: {listed}.")
    return " ".join(parts)
