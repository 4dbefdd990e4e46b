"""The transcription task: a transcriber's network in training, and what it says about whole recordings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.sound import Frames
from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import AugmentSettings, UtteranceBatch, UtteranceBatches
from hiddenstate.errors import InputError
from hiddenstate.models.transcriber import Transcriber, TranscriberSettings
from hiddenstate.records.transcription import Transcription
from hiddenstate.tasks.ctc import Logs, greedy, mean_logs, steps_needed
from hiddenstate.tasks.long_recordings import LONGEST_WHOLE, Read, read_in_pieces
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.tasks.transcript_coder import TranscriptCoder
from hiddenstate.tasks.transcription_metrics import transcription_metrics

PREDICTED_AT_ONCE = 32
LOSS_SHARE = 0.01
"""How much the loss counts beside the letter error: it decides between epochs with the same errors."""
WEIGHTS = (0.0, 0.3, 0.6, 0.9)
"""Weights of the language model that are tried on the validation rows."""


@final
class TranscribeTask:
    """A coder and the networks that go with it. Made by `fit` or `from_dict`."""

    def __init__(self, coder: TranscriptCoder, network: TranscriberSettings) -> None:
        """Use `fit`."""
        self.coder = coder
        self.network = network
        self.alphabet = coder.alphabet

    @classmethod
    def fit(cls, train: Utterances, settings: TranscribeSettings, network: TranscriberSettings) -> Self:
        """As `TranscriptCoder.fit`."""
        return cls(TranscriptCoder.fit(train, settings, network.stack), network)

    def with_network(self, network: TranscriberSettings) -> Self:
        """The same letters for another network that reads as many frames a step."""
        return type(self)(self.coder, network)

    def build_model(self) -> Transcriber:
        """A network with fresh weights, from torch's global generator."""
        features = self.coder.features * self.coder.blocks
        return Transcriber(features, len(self.alphabet), self.network)

    def fitting_rows(self, table: Utterances) -> tuple[Utterances, tuple[str, ...]]:
        """The recordings that are long enough for their text, and a note on the others."""
        steps = [-(-len(frames) // self.network.stack) for frames in table.frames]
        needed = [steps_needed(self.alphabet.encode(text)) for text in table.known_texts()]
        short = [row for row in range(len(table)) if needed[row] > steps[row]]
        if not short:
            return table, ()
        first = short[0]
        note = (
            f"{len(short)} recording(s) left out: more letters than steps of the network, as in "
            f"{table.files[first]} ({needed[first]} for {steps[first]} steps of {self.network.stack} frames)"
        )
        left = np.setdiff1d(np.arange(len(table)), short)
        if not len(left):
            raise InputError(f"{table.source}: expected recordings to learn from; {note}. Lower model.stack.")
        return table.take(left), (note,)

    def batches(
        self,
        table: Utterances,
        *,
        batch_size: int,
        seed: int | None = None,
        augment: AugmentSettings | None = None,
    ) -> UtteranceBatches:
        """The recordings for the trainer; without a seed each once, by length.

        Raises `InputError` where a frame has another number of features than in training.
        """
        self.coder.check(table)
        read = [self.coder.prepared(frames) for frames in table.frames]
        letters = [self.alphabet.encode(text) for text in table.texts or [""] * len(table)]
        return UtteranceBatches(
            read, letters, batch_size=batch_size, seed=seed, augment=augment, blocks=self.coder.blocks
        )

    def loss(self, model: nn.Module, batch: UtteranceBatch) -> Tensor:
        """The mean over recordings of -log p(text); a text that a faster copy has no room for counts as 0."""
        output = model(batch)
        return nn.functional.ctc_loss(
            output.log_probabilities.transpose(0, 1),
            batch.letters,
            output.steps,
            batch.letter_counts,
            reduction="sum",
            zero_infinity=True,
        ) / len(batch.rows)

    def validator(self, table: Utterances) -> Callable[[nn.Module], float]:
        """A function of the model: letter error of the most likely letters, and a little of the loss."""
        batches = self.batches(table, batch_size=PREDICTED_AT_ONCE)

        def validate(model: nn.Module) -> float:
            total = 0.0
            answers = [""] * len(table)
            with torch.no_grad():
                for batch in batches.epoch(1):
                    total += float(self.loss(model, batch)) * len(batch.rows)
                    output = model(batch)
                    for row, logs in _logs(output.log_probabilities.numpy(), output.steps, batch):
                        answers[row] = self.alphabet.decode(said.letter for said in greedy(logs))
            return transcription_metrics(table.known_texts(), answers)["cer"] + LOSS_SHARE * total / len(
                table
            )

        return validate

    def log_probabilities(self, models: Sequence[nn.Module], table: Utterances) -> list[Logs]:
        """(steps, 1 + letters) of each recording: the mean of the probabilities of `models`."""
        result: list[Logs] = [np.zeros((0, 1 + len(self.alphabet)), dtype=np.float32)] * len(table)
        with torch.no_grad():
            for model in models:
                model.eval()
            long = [row for row, frames in enumerate(table.frames) if len(frames) > LONGEST_WHOLE]
            for row in long:
                read = self.coder.prepared(table.frames[row])
                both, stack = self.network.bidirectional, self.network.stack
                result[row] = mean_logs(
                    [read_in_pieces(reader_of(model), read, stack=stack, both=both) for model in models]
                )
            short = np.setdiff1d(np.arange(len(table)), long)
            for batch in self._batches_of(table, short):
                outputs = [model(batch) for model in models]
                mean = mean_logs([output.log_probabilities.numpy() for output in outputs])
                for row, logs in _logs(mean, outputs[0].steps, batch):
                    result[row] = logs
        return result

    def _batches_of(self, table: Utterances, rows: NDArray[np.int64]) -> Iterator[UtteranceBatch]:
        """Some recordings, each batch with their places in the whole table."""
        if len(rows):
            for batch in self.batches(table.take(rows), batch_size=PREDICTED_AT_ONCE).epoch(1):
                yield batch._replace(rows=torch.from_numpy(rows[batch.rows.numpy()]))

    def tune(self, models: Sequence[nn.Module], table: Utterances) -> None:
        """Choose the weight of the language model by the word error on `table`, the smallest of equal ones."""
        coder = self.coder
        if coder.language is None or coder.settings.beam == 1 or not len(table):
            return
        ngrams, logs = coder.language.ngrams, self.log_probabilities(models, table)
        errors = {}
        for weight in WEIGHTS:
            coder.weigh(ngrams, weight)
            answers = [coder.words(each)[0] for each in logs]
            errors[weight] = transcription_metrics(table.known_texts(), answers)["wer"]
        coder.weigh(ngrams, min(errors, key=lambda weight: (errors[weight], weight)))

    def predict(self, models: Sequence[nn.Module], table: Utterances) -> Transcription:
        """The texts, with the time of each word; the truth beside them where it is known."""
        return self.coder.transcription(table, self.log_probabilities(models, table))

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        return self.coder.to_dict()

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], settings: TranscribeSettings, network: TranscriberSettings
    ) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        return cls(TranscriptCoder.from_dict(values, settings, network.stack), network)


def reader_of(model: nn.Module) -> Read:
    """How a `Transcriber` reads pieces of a recording."""
    assert isinstance(model, Transcriber)
    network = model.eval()

    def read(frames: Frames, state: Any) -> tuple[Logs, Any]:
        with torch.no_grad():
            logs, after = network.read(
                torch.from_numpy(np.ascontiguousarray(frames)).unsqueeze(0), None, state
            )
        return logs[0].numpy(), after

    return read


def _logs(
    log_probabilities: NDArray[np.float32], steps: Tensor, batch: UtteranceBatch
) -> list[tuple[int, Logs]]:
    """Row of the table, and the log probabilities of its real steps."""
    return [
        (row, log_probabilities[place, :own])
        for place, (row, own) in enumerate(zip(batch.rows.tolist(), steps.tolist(), strict=True))
    ]
