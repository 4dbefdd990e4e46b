"""Which words a text classifier's answer rests on, beside the words that it looked at."""

from collections.abc import Sequence
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.attention import AttentionPool
from hiddenstate.choices import closest
from hiddenstate.data.text_batches import TextBatch, TextBatches
from hiddenstate.data.text_table import table_of
from hiddenstate.errors import InputError, InspectionError
from hiddenstate.inspection.leaving_out import RANDOM_ORDERS
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.inspection.word_evidence import TINY, WordQuestion, softened, taken_out, word_evidence
from hiddenstate.models.text_classifier import TextClassifier
from hiddenstate.records import Evidence
from hiddenstate.tasks.classify import ClassifyTask


def text_evidence(
    task: ClassifyTask,
    models: Sequence[nn.Module],
    text: str,
    *,
    label: str | None = None,
    random_orders: int = RANDOM_ORDERS,
    seed: int = 0,
) -> Evidence:
    """Why `text` gets the probability of `label` that it gets (None: of its most probable label).

    Integrated gradients go from zero embeddings to the text's own; occlusion takes words out of the text.
    Probabilities, and attention where the networks have it, are averaged over `models`, and the former calibrated
    as in prediction. Of networks that count words beside, this is their own part of the answer: the counts are a
    sum, which `WordCounts.shares` takes apart exactly.
    Raises `InputError` for a label that the task does not know, `InspectionError` for another kind of network.
    """
    networks = [model for model in models if isinstance(model, TextClassifier)]
    if not models or len(networks) != len(models):
        kinds = ", ".join(type(model).__name__ for model in models) or "none"
        raise InspectionError(
            f"models: expected the networks of a text classifier, got {kinds}. For a module of your own use `evidence`."
        )
    with evaluation_mode(*models):
        reader = _Reader(task, networks, text)
        number = reader.number_of(label)
        whose = "the network's own " if any(model.counts is not None for model in networks) else ""
        question = WordQuestion(
            output=f'{whose}probability of "{reader.labels[number]}"',
            tokens=reader.tokens,
            x=reader.x,
            embedded=lambda x: reader.probabilities(x, reader.batch.lengths.expand(len(x)))[:, number],
            without=taken_out(reader.x, lambda x, lengths: reader.probabilities(x, lengths)[:, number]),
            left_out="the text without the word",
            attention=reader.attention() if reader.looks else None,
        )
        return word_evidence(question, random_orders=random_orders, seed=seed)


@final
class _Reader:
    """One text, ready to be read again with parts of it changed."""

    def __init__(self, task: ClassifyTask, models: Sequence[TextClassifier], text: str) -> None:
        self.task, self.models = task, models
        table = table_of([text])
        self.tokens = task.predict(models[:1], table).tokens[0]
        self.labels = task.labels.levels[-1]
        self.batch: TextBatch = next(TextBatches(task.encode(table), batch_size=1).epoch(1))
        self.looks = any(isinstance(part, AttentionPool) for part in models[0].modules())
        """Whether there is attention; the mean or the last step weighs nothing by itself."""
        self.widths = [model.embed.output_size for model in models]
        with torch.no_grad():
            # (T, sum of the models' sizes): each model has vectors of its own.
            self.x = torch.cat([model.embed(self.batch)[0] for model in models], dim=-1)

    def number_of(self, label: str | None) -> int:
        """Place of a label, or of the most probable one."""
        if label is None:
            with torch.no_grad():
                return int(self.probabilities(self.x[None], self.batch.lengths)[0].argmax())
        if label not in self.labels:
            raise InputError(
                f'label: expected one that the model knows, got "{label}". {closest(label, self.labels)}'
            )
        return self.labels.index(label)

    def attention(self) -> NDArray[np.float64]:
        """(T,) mean over the models."""
        with torch.no_grad():
            each = [
                model.answer(x[None], self.batch.lengths).attention[0]
                for model, x in zip(self.models, torch.split(self.x, self.widths, dim=-1), strict=True)
            ]
        return torch.stack(each).mean(dim=0).double().numpy()

    def probabilities(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(B, labels) averaged over the models and calibrated, as in prediction; differentiable."""
        parts = torch.split(x, self.widths, dim=-1)
        answers = [
            model.answer(part, lengths).logits[-1].double()
            for model, part in zip(self.models, parts, strict=True)
        ]
        if self.task.labels.multi:
            mean = torch.stack([logits.sigmoid() for logits in answers]).mean(dim=0)
            return torch.sigmoid(torch.logit(mean, eps=TINY) / self.task.temperature)
        return softened(answers, self.task.temperature)
