"""A look into a text classifier that reads one text."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from hiddenstate import plots
from hiddenstate.attention import AttentionPool
from hiddenstate.data.text_batches import TextBatch, TextBatches
from hiddenstate.data.text_table import table_of
from hiddenstate.inspection import text_evidence
from hiddenstate.models.text_classifier import TextClassifier
from hiddenstate.plots.attention_words import read_text
from hiddenstate.records import Classification, Evidence
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.workflows.classes.saved import open_classifier
from hiddenstate.workflows.evidence_sections import attention_picture, text_sections
from hiddenstate.workflows.explain.asked_text import quoted, unknown_words, words_read
from hiddenstate.workflows.explain.gradients import GRADIENTS, gradient_sections
from hiddenstate.workflows.explain.inside import ATTENTION, EVIDENCE, Inside, Shown, readings_of

COUNTED = 5
"""Words and pairs that are named."""
NEXT, LEAST = 3, 0.001
"""Runners-up that are named, and the probability below which none is."""


def inside_text(folder: Path, text: str) -> Inside:
    """The saved classifier in `folder` on one text.

    Raises `InputError` for a text without words, or with none that the model knows.
    """
    saved = open_classifier(folder)
    return look_into_text(saved.task, saved.models, text)


def look_into_text(task: ClassifyTask, models: Sequence[nn.Module], text: str) -> Inside:
    """The first of `models` on one text; the answer is that of all of them."""
    table = table_of([text])
    encoded = task.encode(table)
    result = task.predict(models, table)
    tokens = result.tokens[0]
    unknown = unknown_words(text, tokens, encoded)
    batch = next(iter(TextBatches(encoded, batch_size=1).epoch(1)))
    model = models[0]
    networks = [network for network in models if isinstance(network, TextClassifier)]
    evidence = cache(lambda: text_evidence(task, networks, result.texts[0]))
    return Inside(
        title="Why this answer?",
        subtitle=quoted(text, len(models)),
        headline=_headline(result),
        text=_words(result, len(encoded.words[0]), unknown) + _counted(model, batch, result),
        model=model,
        inputs=batch,
        readings=readings_of(model, batch, {"recurrent": tokens}),
        shown=_shown(task, model, batch, result, evidence),
        lacking={} if _looks(model) else {ATTENTION: _instead(model)},
        pictures={ATTENTION: lambda: attention_picture(evidence())} if _looks(model) else {},
    )


def _shown(
    task: ClassifyTask,
    model: nn.Module,
    batch: TextBatch,
    result: Classification,
    evidence: Callable[[], Evidence],
) -> dict[str, Shown]:
    """What a text model has besides: words on the colours of attention, what the answer rests on, gradients."""
    answer = int(result.probabilities[0].argmax())

    def loss(network: nn.Module) -> Tensor:
        logits = network(batch).logits[-1]
        sure: Tensor = (
            binary_cross_entropy_with_logits(logits, (logits > 0).to(logits))
            if task.labels.multi
            else cross_entropy(logits, torch.full((1,), answer))
        )
        return sure

    shown: dict[str, Shown] = {}
    if _looks(model):
        shown[ATTENTION] = lambda: (plots.AttentionWords([read_text(result, 0)]),)
    shown[EVIDENCE] = cache(lambda: text_sections(evidence()))
    shown[GRADIENTS] = cache(lambda: gradient_sections(model, loss, fresh=task.build_model))
    return shown


def _looks(model: nn.Module) -> bool:
    return any(isinstance(part, AttentionPool) for part in model.modules())


def _instead(model: nn.Module) -> str:
    """Why there is no attention, and what shows the same question."""
    pool = getattr(getattr(model, "pool", None), "label", "its last step")
    return (
        f"expected a model with attention, got one that pools by {pool.lower()}: it weighs nothing. "
        'Show evidence, units, gates, memory or walk, or train with --set "model.pool=attention".'
    )


def _headline(result: Classification) -> str:
    probabilities = result.probabilities[0]
    predicted = np.asarray(result.predicted)[0]
    if result.multi_label:
        names = [name for name, marked in zip(result.labels, predicted, strict=True) if marked]
        return f"The answer: {', '.join(names) or 'no label'}"
    if predicted < 0:
        return "The answer: none of these"
    return f"The answer: {result.labels[predicted]}, {100 * probabilities[predicted]:.1f} % sure"


def _words(result: Classification, count: int, unknown: Sequence[str]) -> str:
    order = np.argsort(-result.probabilities[0], kind="stable")
    rest = [
        f"{result.labels[place]} {100 * result.probabilities[0, place]:.1f} %"
        for place in order[1 : 1 + NEXT]
        if result.probabilities[0, place] >= LEAST
    ]
    parts = [f"Next: {', '.join(rest)}."] if rest else []
    return " ".join([*parts, words_read(count, unknown)])


def _counted(model: nn.Module, batch: TextBatch, result: Classification) -> str:
    """What the linear answer beside the network added most; nothing without one."""
    counts = getattr(model, "counts", None)
    if counts is None or batch.pairs is None:
        return ""
    answer, tokens = int(result.probabilities[0].argmax()), result.tokens[0]
    with torch.no_grad():
        alone, together = (
            part[0, :, answer].tolist() for part in counts.shares(batch.words, batch.pairs, batch.lengths)
        )
    shares = [(value, token) for value, token in zip(alone, tokens, strict=False)]
    shares += [
        (value, f"{before} {token}".strip())
        for value, before, token in zip(together, ["", *tokens], tokens, strict=False)
    ]
    largest = sorted(shares, key=lambda share: -abs(share[0]))[:COUNTED]
    listed = ", ".join(f"“{words}” {value:+.2f}" for value, words in largest)
    return (
        f" Half of the answer is counted, word by word and pair by pair; what counts most for "
        f"{result.labels[answer]}: {listed}. The rest of this page is about the network's own half."
    )
