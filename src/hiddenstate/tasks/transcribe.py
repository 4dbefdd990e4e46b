"""The transcription task: from recordings to what a network reads, and from its probabilities to texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.sound import Frames, Standardiser, standardise_utterance
from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import AugmentSettings, UtteranceBatch, UtteranceBatches
from hiddenstate.errors import BundleError, InputError
from hiddenstate.models.transcriber import Transcriber, TranscriberSettings
from hiddenstate.records.transcription import SpokenWord, Transcription
from hiddenstate.tasks.alphabet import Alphabet
from hiddenstate.tasks.ctc import Logs, align, greedy, steps_needed
from hiddenstate.tasks.letter_ngrams import LetterNgrams
from hiddenstate.tasks.long_recordings import LONGEST_WHOLE, cut_at_pauses, read_in_pieces
from hiddenstate.tasks.prefix_beam import Weighed, beam_search
from hiddenstate.tasks.recording_features import with_changes
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.tasks.transcription_metrics import transcription_metrics

PREDICTED_AT_ONCE = 32
LOSS_SHARE = 0.01
"""How much the loss counts beside the letter error: it decides between epochs with the same errors."""
WEIGHTS = (0.0, 0.3, 0.6, 0.9)
"""Weights of the language model that are tried on the validation rows."""
BONUS_SHARE = 1.0
"""Bonus for a letter, as a share of the weight: about what the language model takes from a usual letter."""


@final
class TranscribeTask:
    """Everything learnt from training rows except the network's weights. Made by `fit` or `from_dict`."""

    def __init__(
        self,
        settings: TranscribeSettings,
        network: TranscriberSettings,
        alphabet: Alphabet,
        features: int,
        language: Weighed | None = None,
        standardiser: Standardiser | None = None,
    ) -> None:
        """Use `fit`; `features` are those of a frame in the file."""
        self.standardiser = standardiser
        self.settings = settings
        self.network = network
        self.alphabet = alphabet
        self.features = features
        self.language = language

    @classmethod
    def fit(cls, train: Utterances, settings: TranscribeSettings, network: TranscriberSettings) -> Self:
        """Collect the letters and, for an order above 0, count them for the language model."""
        texts = train.known_texts()
        alphabet = Alphabet.fit(texts)
        language = None
        if settings.order:
            ngrams = LetterNgrams.fit(texts, alphabet, order=settings.order)
            language = Weighed(ngrams, 0.3, 0.3 * BONUS_SHARE)
        standardiser = None
        if settings.standardise == "training":
            standardiser = Standardiser.fit(
                with_changes(frames) if settings.deltas else frames for frames in train.frames
            )
        return cls(settings, network, alphabet, train.frames[0].shape[1], language, standardiser)

    def with_network(self, network: TranscriberSettings) -> Self:
        """The same letters for another network."""
        return type(self)(
            self.settings, network, self.alphabet, self.features, self.language, self.standardiser
        )

    def prepared(self, frames: Frames) -> Frames:
        """(frames, features) of a file -> what the network reads, three times as many features with changes."""
        own = with_changes(frames) if self.settings.deltas else frames
        return standardise_utterance(own) if self.standardiser is None else self.standardiser(own)

    @property
    def blocks(self) -> int:
        """Features, first and second changes."""
        return 3 if self.settings.deltas else 1

    def build_model(self) -> Transcriber:
        """A network with fresh weights, from torch's global generator."""
        return Transcriber(self.features * self.blocks, len(self.alphabet), self.network)

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
        for file, frames in zip(table.files, table.frames, strict=True):
            if frames.shape[1] != self.features:
                raise InputError(
                    f"{file}: expected {self.features} features a frame as in training, got {frames.shape[1]}. "
                    "Compute them as for training."
                )
        read = [self.prepared(frames) for frames in table.frames]
        letters = [self.alphabet.encode(text) for text in table.texts or [""] * len(table)]
        return UtteranceBatches(
            read, letters, batch_size=batch_size, seed=seed, augment=augment, blocks=self.blocks
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
                    for row, logs in _logs(model(batch), batch):
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
                read = self.prepared(table.frames[row])
                pieces = [np.exp(read_in_pieces(model, read)) for model in models]
                result[row] = np.log(np.maximum(np.mean(pieces, axis=0), 1e-30)).astype(np.float32)
            short = np.setdiff1d(np.arange(len(table)), long)
            for batch in self._batches_of(table, short):
                outputs = [model(batch) for model in models]
                mean = torch.stack([output.log_probabilities for output in outputs]).exp().mean(0).log()
                for row, logs in _logs(outputs[0]._replace(log_probabilities=mean), batch):
                    result[row] = logs
        return result

    def _batches_of(self, table: Utterances, rows: NDArray[np.int64]) -> Iterator[UtteranceBatch]:
        """Some recordings, each batch with their places in the whole table."""
        if len(rows):
            for batch in self.batches(table.take(rows), batch_size=PREDICTED_AT_ONCE).epoch(1):
                yield batch._replace(rows=torch.from_numpy(rows[batch.rows.numpy()]))

    def tune(self, models: Sequence[nn.Module], table: Utterances) -> None:
        """Choose the weight of the language model by the word error on `table`, the smallest of equal ones."""
        if self.language is None or self.settings.beam == 1 or not len(table):
            return
        logs = self.log_probabilities(models, table)
        errors = {}
        for weight in WEIGHTS:
            self.language = Weighed(self.language.ngrams, weight, weight * BONUS_SHARE)
            answers = [self.words(each)[0] for each in logs]
            errors[weight] = transcription_metrics(table.known_texts(), answers)["wer"]
        best = min(errors, key=lambda weight: (errors[weight], weight))
        self.language = Weighed(self.language.ngrams, best, best * BONUS_SHARE)

    def words(self, logs: Logs) -> tuple[str, tuple[SpokenWord, ...]]:
        """The text of one recording and its words with their times; a long one is searched from pause to pause."""
        texts: list[str] = []
        words: list[SpokenWord] = []
        for first, part in cut_at_pauses(logs):
            text = self._text(part)
            if text:
                texts.append(text)
                words += self._times(text, part, first)
        return " ".join(texts), tuple(words)

    def predict(self, models: Sequence[nn.Module], table: Utterances) -> Transcription:
        """The texts, with the time of each word; the truth beside them where it is known."""
        found = [self.words(logs) for logs in self.log_probabilities(models, table)]
        texts, words = tuple(text for text, _ in found), tuple(own for _, own in found)
        return Transcription(table.files, texts, words, table.texts)

    def _text(self, logs: Logs) -> str:
        if self.settings.beam == 1:
            return " ".join(self.alphabet.decode(said.letter for said in greedy(logs)).split())
        found = beam_search(logs, self.alphabet, width=self.settings.beam, language=self.language)
        return " ".join(found.split())

    def _times(self, text: str, logs: Logs, first: int) -> list[SpokenWord]:
        """When each word is said, by the most likely path that writes the text; `first`: steps before `logs`."""
        said = align(logs, self.alphabet.encode(text).tolist())
        seconds = self.network.stack * self.settings.frame_seconds
        words = []
        place = 0
        for word in text.split(" "):
            own = said[place : place + len(word)]
            place += len(word) + 1
            if own:
                start, stop = (first + own[0].first) * seconds, (first + own[-1].last + 1) * seconds
                words.append(SpokenWord(word, round(start, 4), round(stop, 4)))
        return words

    def to_dict(self) -> dict[str, Any]:
        """Everything but settings and weights, for ``encoders.json``."""
        values: dict[str, Any] = {"alphabet": self.alphabet.to_dict(), "features": self.features}
        if self.standardiser is not None:
            values["standardiser"] = self.standardiser.to_dict()
        if self.language is not None:
            values["language"] = {
                "ngrams": self.language.ngrams.to_dict(),
                "weight": self.language.weight,
                "bonus": self.language.bonus,
            }
        return values

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], settings: TranscribeSettings, network: TranscriberSettings
    ) -> Self:
        """The inverse of `to_dict`. Raises `BundleError` where something is missing."""
        try:
            alphabet = Alphabet(values["alphabet"]["letters"])
            language = None
            if "language" in values:
                own = values["language"]
                ngrams = LetterNgrams.from_dict(own["ngrams"], alphabet)
                language = Weighed(ngrams, own["weight"], own["bonus"])
            standardiser = (
                Standardiser.from_dict(values["standardiser"]) if "standardiser" in values else None
            )
            return cls(settings, network, alphabet, values["features"], language, standardiser)
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"encoders.json: expected a stored transcription task, got a damaged one ({error!r}). Train again."
            ) from None


def _logs(output: Any, batch: UtteranceBatch) -> list[tuple[int, Logs]]:
    """Row of the table, and the log probabilities of its real steps."""
    steps = output.steps.tolist()
    return [
        (row, output.log_probabilities[place, : steps[place]].numpy())
        for place, row in enumerate(batch.rows.tolist())
    ]
