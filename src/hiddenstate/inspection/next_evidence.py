"""Which units of a text a language model's next one rests on."""

import json
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

from hiddenstate.choices import closest
from hiddenstate.data.vocabulary import UNKNOWN
from hiddenstate.errors import InputError, InspectionError
from hiddenstate.inspection.leaving_out import RANDOM_ORDERS
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.inspection.word_evidence import WordQuestion, taken_out, word_evidence
from hiddenstate.models.language_model import LanguageModel
from hiddenstate.records import Evidence
from hiddenstate.tasks.generate import GenerateTask

MOST = 60
"""Units at the end of a text that are asked about one by one; what stands before them is read as it is."""


def next_evidence(
    task: GenerateTask,
    model: nn.Module,
    text: str,
    *,
    unit: str | None = None,
    random_orders: int = RANDOM_ORDERS,
    seed: int = 0,
) -> Evidence:
    """Why `unit` (None: the likeliest one) gets the probability of coming next that it gets.

    Asked about are the last 60 units of `text`; the memory of those before stays. Integrated gradients go from zero
    embeddings to the text's own; occlusion takes units out of the text, so that the others move together.
    Raises `InputError` for an empty text and for a unit that training never showed, `InspectionError` for another kind
    of network.
    """
    if not isinstance(model, LanguageModel):
        raise InspectionError(
            f"model: expected a language model, got {type(model).__name__}. For a module of your own use `evidence`."
        )
    cut = task.units.cut(text)
    if not cut:
        raise InputError('text: expected at least one character, got "". Give the beginning of a text.')
    with evaluation_mode(model):
        numbers = torch.from_numpy(task.units.numbers(cut))[None]  # (1, n)
        with torch.no_grad():
            x = embedding(numbers, model.table)  # (1, n, embedding)
            before: Any = None
            if len(cut) > MOST:
                _, before = model.recurrent(x[:, :-MOST])
        last = x[0, -MOST:]  # (T, embedding)

        def chances(rows: Tensor, lengths: Tensor) -> Tensor:
            """(B, units) of what comes next after embedded units (B, T, embedding)."""
            start = None if before is None else [_for_rows(state, len(rows)) for state in before]
            _, after = model.recurrent(rows, lengths, start)
            return model.score(after[-1][0]).double().softmax(dim=-1)

        everything = torch.tensor([len(last)])
        with torch.no_grad():
            number = _number_of(task, unit) if unit else int(chances(last[None], everything)[0].argmax())
        name = (
            "a unit never seen"
            if number == UNKNOWN
            else json.dumps(task.units.forms[number], ensure_ascii=False)
        )
        question = WordQuestion(
            output=f"probability of {name} as the next",
            tokens=tuple(cut[-MOST:]),
            x=last,
            embedded=lambda rows: chances(rows, everything.expand(len(rows)))[:, number],
            without=taken_out(last, lambda rows, lengths: chances(rows, lengths)[:, number]),
            left_out="the text without the unit",
        )
        return word_evidence(question, random_orders=random_orders, seed=seed)


def _for_rows(state: Any, rows: int) -> Any:
    """The state of one text for each of several."""
    return type(state)(*(part.expand(rows, -1).contiguous() for part in state))


def _number_of(task: GenerateTask, unit: str) -> int:
    if unit not in task.units.vocabulary:
        raise InputError(
            f'unit: expected one that the model knows, got "{unit}". {closest(unit, task.units.forms[2:])}'
        )
    return task.units.vocabulary.number(unit)
