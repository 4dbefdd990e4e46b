"""A look into a model of commands that reads one text: its intent, and the slots that its words fill."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hiddenstate import plots
from hiddenstate.attention import AttentionPool
from hiddenstate.data.tagged_table import table_of_texts
from hiddenstate.inspection import intent_evidence
from hiddenstate.inspection.tag_reader import TagReader
from hiddenstate.plots.attention_words import read_text
from hiddenstate.records import Commands, Evidence
from hiddenstate.tasks.intent import IntentTask
from hiddenstate.workflows.evidence_sections import attention_picture, text_sections
from hiddenstate.workflows.explain.asked_text import quoted, unknown_words, words_read
from hiddenstate.workflows.explain.gradients import GRADIENTS, gradient_sections
from hiddenstate.workflows.explain.inside import ATTENTION, EVIDENCE, Inside, Shown, readings_of
from hiddenstate.workflows.explain.of_tags import ALIKE, answer_loss
from hiddenstate.workflows.explain.tag_sections import (
    NO_PATH,
    PATH,
    all_tags,
    best_path,
    least_sure,
    told,
    why_tag,
)
from hiddenstate.workflows.intents.saved import open_intents

NEXT, LEAST = 3, 0.001
"""Runners-up that are named, and the probability below which none is."""


def inside_command(folder: Path, text: str, word: int | None = None) -> Inside:
    """The saved model of commands in `folder` on one text; with `word`, from 1, the tag of that word is explained too.

    Raises `InputError` for a text without words, or with none that the model knows, and `InspectionError` for a word
    that is not there.
    """
    saved = open_intents(folder)
    return look_into_command(saved.task, saved.models, text, word)


def look_into_command(
    task: IntentTask, models: Sequence[nn.Module], text: str, word: int | None = None
) -> Inside:
    """The first of `models` on one text; intent and slots are those of all of them."""
    table = table_of_texts([text], task.words.settings.tokens)
    reader = TagReader(task.words, models, text)
    unknown = unknown_words(text, reader.tokens, task.encode(table), alike=ALIKE)
    place = reader.place_of(word)
    result = task.predict(models, table)
    slots = told(result.slots)
    evidence = cache(lambda: intent_evidence(task, reader.models, result.slots.texts[0]))
    shown = _shown(task, reader, result, place if word is not None else None, evidence)
    lacking = {}
    if ATTENTION not in shown:
        lacking[ATTENTION] = (
            "expected a model with attention, got one that pools without: it weighs nothing. Show evidence, units, "
            'gates, memory or walk, or train with --set "intent.pool=attention".'
        )
    if PATH not in shown:
        lacking[PATH] = NO_PATH
    words = [
        _next(result),
        f"Slots: {slots}." if slots else "No slot is filled.",
        least_sure(reader.tagged(), reader, place),
        words_read(len(reader.tokens), unknown),
    ]
    return Inside(
        title="Why this answer?",
        subtitle=quoted(text, len(models)),
        headline=_headline(result),
        text=" ".join(filter(None, words)),
        model=models[0],
        inputs=reader.batch,
        readings=readings_of(
            models[0], reader.batch, {"words": reader.tokens}, {"words": reader.models[0].words.input_names()}
        ),
        shown=shown,
        lacking=lacking,
        pictures={ATTENTION: lambda: attention_picture(evidence())} if ATTENTION in shown else {},
    )


def _shown(
    task: IntentTask,
    reader: TagReader,
    result: Commands,
    word: int | None,
    evidence: Callable[[], Evidence],
) -> dict[str, Shown]:
    """What such a model has besides; `word`, from 0: the one whose tag is explained."""
    models, text, tagged = reader.models, result.slots.texts[0], reader.tagged()
    answer = int(result.intents.probabilities[0].argmax())

    def rests_on() -> list[plots.Section]:
        found = text_sections(evidence(), title="What the intent rests on, word by word")
        return found if word is None else [*found, *why_tag(task.words, models, text, word + 1)]

    def loss(network: nn.Module) -> Tensor:
        output = network(reader.batch)  # once: each reading would be a flow of its own
        intent = cross_entropy(output.logits, torch.full((1,), answer))
        share = task.settings.share
        return share * intent + (1.0 - share) * answer_loss(network, output.scores, reader.batch)

    shown: dict[str, Shown] = {"tags": lambda: all_tags(result.slots, tagged, reader, word)}
    if any(isinstance(part, AttentionPool) for part in models[0].modules()):
        shown[ATTENTION] = lambda: (plots.AttentionWords([read_text(result.intents, 0)]),)
    shown[EVIDENCE] = cache(rests_on)
    if reader.heads[0].crf is not None:
        shown[PATH] = lambda: best_path(task.words, models, text)
    shown[GRADIENTS] = cache(
        lambda: gradient_sections(models[0], loss, fresh=task.build_model, entering="last")
    )
    return shown


def _headline(result: Commands) -> str:
    if result.intents.predicted[0] < 0:
        return "The answer: none of these"
    probability = float(result.intents.probabilities[0].max())
    return f"The answer: {result.named()[0]}, {100 * probability:.1f} % sure"


def _next(result: Commands) -> str:
    """The intents that were not answered, the likeliest first."""
    chances = result.intents.probabilities[0]
    order = sorted(range(len(chances)), key=lambda place: -chances[place])
    if result.intents.predicted[0] >= 0:
        order = order[1:]
    rest = [
        f"{result.intents.labels[place]} {100 * chances[place]:.1f} %"
        for place in order[:NEXT]
        if chances[place] >= LEAST
    ]
    return f"Next: {', '.join(rest)}." if rest else ""
