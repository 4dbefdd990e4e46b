"""Which words the intent of a command rests on, beside the words that the network looked at."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from hiddenstate.attention import AttentionPool
from hiddenstate.choices import closest
from hiddenstate.errors import InputError, InspectionError
from hiddenstate.inspection.leaving_out import RANDOM_ORDERS
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.inspection.tag_reader import TagReader
from hiddenstate.inspection.word_evidence import WordQuestion, softened, taken_out, word_evidence
from hiddenstate.models.intent_slots import IntentOutput, IntentSlots
from hiddenstate.records import Evidence
from hiddenstate.tasks.intent import IntentTask


def intent_evidence(
    task: IntentTask,
    models: Sequence[nn.Module],
    text: str,
    *,
    intent: str | None = None,
    random_orders: int = RANDOM_ORDERS,
    seed: int = 0,
) -> Evidence:
    """Why `text` gets the probability of `intent` that it gets (None: of its most probable intent).

    As `text_evidence`: integrated gradients go from zero embeddings to the text's own, occlusion takes words out of the
    text; probabilities and attention are averaged over `models`, the former calibrated as in prediction. For the slots
    see `tag_evidence`.
    Raises `InputError` for an intent that the task does not know, `InspectionError` for another kind of network.
    """
    networks = [model for model in models if isinstance(model, IntentSlots)]
    if not models or len(networks) != len(models):
        kinds = ", ".join(type(model).__name__ for model in models) or "none"
        raise InspectionError(
            f"models: expected the networks of a model of commands, got {kinds}. "
            "For a module of your own use `evidence`."
        )
    with evaluation_mode(*models):
        reader = TagReader(task.words, networks, text)

        def answers(x: Tensor, lengths: Tensor) -> list[IntentOutput]:
            parts = torch.split(x, reader.widths, dim=-1)
            return [model.answer(part, lengths) for model, part in zip(networks, parts, strict=True)]

        def probabilities(x: Tensor, lengths: Tensor) -> Tensor:
            logits = [answer.logits.double() for answer in answers(x, lengths)]
            return softened(logits, task.temperature)

        with torch.no_grad():
            own = probabilities(reader.x[None], reader.lengths)[0]
            looked = [answer.attention[0] for answer in answers(reader.x[None], reader.lengths)]
        number = int(own.argmax()) if intent is None else _number_of(task, intent)
        looks = any(isinstance(part, AttentionPool) for part in networks[0].modules())
        question = WordQuestion(
            output=f'probability of the intent "{task.labels.names[number]}"',
            tokens=reader.tokens,
            x=reader.x,
            embedded=lambda x: probabilities(x, reader.lengths.expand(len(x)))[:, number],
            without=taken_out(reader.x, lambda x, lengths: probabilities(x, lengths)[:, number]),
            left_out="the text without the word",
            attention=torch.stack(looked).mean(dim=0).double().numpy() if looks else None,
        )
        return word_evidence(question, random_orders=random_orders, seed=seed)


def _number_of(task: IntentTask, intent: str) -> int:
    names = task.labels.names
    if intent not in names:
        raise InputError(
            f'intent: expected one that the model knows, got "{intent}". {closest(intent, names)}'
        )
    return names.index(intent)
