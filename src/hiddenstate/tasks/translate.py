"""The translation task: from pairs of sentences to numbers, and from a network's pieces to sentences."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.joint_pieces import JointPieces
from hiddenstate.data.pair_batches import PairBatch, PairBatches
from hiddenstate.data.pairs import PairTable
from hiddenstate.data.ragged import Ragged
from hiddenstate.data.sides import Sides
from hiddenstate.errors import BundleError
from hiddenstate.models.beam_search import Written, search
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import EncoderDecoder, TranslatorSettings
from hiddenstate.models.smoothed_loss import smoothed_loss
from hiddenstate.records import Translation
from hiddenstate.tasks.translate_settings import TranslateSettings
from hiddenstate.tasks.translation_metrics import bleu

AT_ONCE = 64
"""Sentences that are searched together."""
LOSS_SHARE = 0.01
"""How much the loss counts beside 1 - BLEU: it decides between epochs of the same BLEU."""


@final
class TranslateTask:
    """Which sentences are written for which; everything learnt from training pairs except the network's weights."""

    def __init__(
        self, settings: TranslateSettings, network: TranslatorSettings, pieces: JointPieces, sides: Sides
    ) -> None:
        """Use `fit`."""
        self.settings = settings
        self.network = network
        self.pieces = pieces
        self.sides = sides

    @classmethod
    def fit(cls, table: PairTable, settings: TranslateSettings, network: TranslatorSettings) -> Self:
        """Learn the pieces of the training pairs. Raises `ExtraError` without the package tokenizers."""
        texts = [settings.cased(text, "source") for text in table.sources]
        texts += [settings.cased(text, "target") for text in table.targets]
        return cls(settings, network, JointPieces.fit(texts, count=settings.pieces), Sides.fit(table))

    def with_network(self, network: TranslatorSettings) -> Self:
        """The same pieces for another network."""
        return type(self)(self.settings, network, self.pieces, self.sides)

    def build_model(self) -> EncoderDecoder:
        """A network with fresh weights, from torch's global generator."""
        return EncoderDecoder(len(self.pieces), self.network)

    def read(self, text: str) -> list[str]:
        """The pieces of a source as the network reads them."""
        return self.pieces.cut(self.settings.cased(text, "source"))

    def unknown(self, text: str) -> list[str]:
        """Characters of a source that training never showed."""
        return self.pieces.unknown(self.settings.cased(text, "source"))

    def encode_sources(self, texts: Sequence[str]) -> Ragged:
        """The numbers of the pieces of each source."""
        return self.pieces.encode(self.settings.cased(text, "source") for text in texts)

    def batches(self, table: PairTable, *, batch_size: int, seed: int | None = None) -> PairBatches:
        """The pairs for the trainer; without a seed each once, by length."""
        targets = self.pieces.encode(self.settings.cased(text, "target") for text in table.targets)
        return PairBatches(self.encode_sources(table.sources), targets, batch_size=batch_size, seed=seed)

    def loss(self, model: nn.Module, batch: PairBatch) -> Tensor:
        """What training lowers: the mean smoothed loss of a piece; padding is never scored."""
        return _loss(model, batch, self.settings.label_smoothing)

    def validator(self, table: PairTable, *, batch_size: int = 128) -> Callable[[nn.Module], float]:
        """A function of the model: what ``settings.watch`` names, on `table`."""
        batches = self.batches(table, batch_size=batch_size)
        truth = [self.settings.cased(text, "target") for text in table.targets]

        def validate(model: nn.Module) -> float:
            loss = _mean_loss(model, batches)
            if self.settings.watch == "loss":
                return loss
            answers = self.translate(_translator(model), table.sources, BeamSettings(beam=1)).targets
            return 1.0 - bleu(answers, truth) + LOSS_SHARE * loss

        return validate

    def translate(
        self,
        model: EncoderDecoder,
        texts: Sequence[str],
        settings: BeamSettings,
        *,
        batch_size: int = AT_ONCE,
    ) -> Translation:
        """Write a sentence for each of `texts`; an empty one gets an empty one."""
        model.eval()
        encoded = self.encode_sources(texts)
        order = np.argsort(encoded.lengths, kind="stable")
        order = order[encoded.lengths[order] > 0]
        found: dict[int, Written] = {}
        for first in range(0, len(order), batch_size):
            rows = order[first : first + batch_size]
            part = encoded.take(rows)
            sources = torch.from_numpy(part.padded().astype(np.int64))
            for row, each in zip(
                rows.tolist(), search(model, sources, torch.from_numpy(part.lengths), settings), strict=True
            ):
                found[row] = each
        nothing = Written((), torch.zeros(0, 0), 0.0)
        answers = [found.get(row, nothing) for row in range(len(texts))]
        return Translation(
            tuple(texts),
            tuple(self.pieces.decode(each.pieces) for each in answers),
            tuple(tuple(self.read(text)) for text in texts),
            tuple(self.pieces.shown(each.pieces) for each in answers),
            tuple(_weights(each, int(length)) for each, length in zip(answers, encoded.lengths, strict=True)),
            tuple(each.score for each in answers),
            tuple(each.pieces for each in answers),
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        return {"pieces": self.pieces.to_dict(), "sides": self.sides.to_dict()}

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], settings: TranslateSettings, network: TranslatorSettings
    ) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        try:
            sides = Sides.from_dict(values["sides"])
            return cls(settings, network, JointPieces.from_dict(values["pieces"]), sides)
        except (KeyError, TypeError) as error:
            raise BundleError(
                f"encoders.json: expected a stored translator, got a damaged one ({error!r}). Train again."
            ) from None


def _loss(model: nn.Module, batch: PairBatch, smoothing: float) -> Tensor:
    own = _translator(model)
    readouts = own(batch).readouts
    real = batch.outputs > 0  # (B, T)
    return smoothed_loss(readouts[real], own.embedding.weight, own.bias, batch.outputs[real], smoothing)


def _mean_loss(model: nn.Module, batches: PairBatches) -> float:
    """The loss of a piece over a whole table, without smoothing."""
    total = pieces = 0.0
    with torch.no_grad():
        for batch in batches.epoch(1):
            count = float(batch.target_lengths.sum())
            total += count * float(_loss(model, batch, 0.0))
            pieces += count
    return total / pieces


def _translator(model: nn.Module) -> EncoderDecoder:
    assert isinstance(model, EncoderDecoder)
    return model


def _weights(written: Written, length: int) -> NDArray[np.float64]:
    return written.weights[:, :length].double().numpy()
