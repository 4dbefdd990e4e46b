"""What stands around the network of a transcriber: frames before it, texts after it; no torch."""

from collections.abc import Mapping, Sequence
from typing import Any, Self, final

from hiddenstate.data.sound import Frames, Standardiser, standardise_utterance
from hiddenstate.data.transcripts import Utterances
from hiddenstate.errors import BundleError, InputError
from hiddenstate.records.transcription import SpokenWord, Transcription
from hiddenstate.tasks.alphabet import Alphabet
from hiddenstate.tasks.ctc import Logs, align, greedy
from hiddenstate.tasks.letter_ngrams import LetterNgrams
from hiddenstate.tasks.long_recordings import cut_at_pauses
from hiddenstate.tasks.prefix_beam import Weighed, beam_search
from hiddenstate.tasks.recording_features import with_changes
from hiddenstate.tasks.transcribe_settings import TranscribeSettings

BONUS_SHARE = 1.0
"""Bonus for a letter, as a share of the weight: about what the language model takes from a usual letter."""
FIRST_WEIGHT = 0.3
"""Of the language model, before validation rows have chosen one."""


@final
class TranscriptCoder:
    """Everything learnt from training rows except the network's weights. Made by `fit` or `from_dict`."""

    def __init__(
        self,
        settings: TranscribeSettings,
        stack: int,
        alphabet: Alphabet,
        features: int,
        language: Weighed | None = None,
        standardiser: Standardiser | None = None,
    ) -> None:
        """Use `fit`; `stack`: frames of one step of the network, `features`: those of a frame in the file."""
        self.settings = settings
        self.stack = stack
        self.alphabet = alphabet
        self.features = features
        self.language = language
        self.standardiser = standardiser

    @classmethod
    def fit(cls, train: Utterances, settings: TranscribeSettings, stack: int) -> Self:
        """Collect the letters and, for an order above 0, count them for the language model."""
        texts = train.known_texts()
        alphabet = Alphabet.fit(texts)
        standardiser = None
        if settings.standardise == "training":
            standardiser = Standardiser.fit(
                with_changes(frames) if settings.deltas else frames for frames in train.frames
            )
        coder = cls(settings, stack, alphabet, train.frames[0].shape[1], standardiser=standardiser)
        if settings.order:
            coder.weigh(LetterNgrams.fit(texts, alphabet, order=settings.order), FIRST_WEIGHT)
        return coder

    def weigh(self, ngrams: LetterNgrams, weight: float) -> None:
        """From now on `ngrams` speaks in the search, with this weight."""
        self.language = Weighed(ngrams, weight, weight * BONUS_SHARE)

    @property
    def blocks(self) -> int:
        """Features, first and second changes."""
        return 3 if self.settings.deltas else 1

    @property
    def step_seconds(self) -> float:
        """From one step of the network to the next."""
        return self.stack * self.settings.frame_seconds

    @property
    def why_not_live(self) -> str | None:
        """Why frames cannot be read as they come, in words; None where they can."""
        if self.settings.deltas:
            return "the changes of its features look at frames to come"
        if self.settings.standardise != "training":
            return "it standardises each recording by its own mean, which is known at its end"
        return None

    def check(self, table: Utterances) -> None:
        """Raise `InputError` where a frame has another number of features than in training."""
        for file, frames in zip(table.files, table.frames, strict=True):
            if frames.shape[1] != self.features:
                raise InputError(
                    f"{file}: expected {self.features} features a frame as in training, got {frames.shape[1]}. "
                    "Compute them as for training."
                )

    def prepared(self, frames: Frames) -> Frames:
        """(frames, features) of a file -> what the network reads, three times as many features with changes."""
        own = with_changes(frames) if self.settings.deltas else frames
        return standardise_utterance(own) if self.standardiser is None else self.standardiser(own)

    def transcription(self, table: Utterances, logs: Sequence[Logs]) -> Transcription:
        """The texts behind the (steps, 1 + letters) log probabilities of each recording, and the truth if known."""
        found = [self.words(own) for own in logs]
        texts, words = tuple(text for text, _ in found), tuple(own for _, own in found)
        return Transcription(table.files, texts, words, table.texts)

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

    def _text(self, logs: Logs) -> str:
        if self.settings.beam == 1:
            return " ".join(self.alphabet.decode(said.letter for said in greedy(logs)).split())
        found = beam_search(logs, self.alphabet, width=self.settings.beam, language=self.language)
        return " ".join(found.split())

    def _times(self, text: str, logs: Logs, first: int) -> list[SpokenWord]:
        """When each word is said, by the most likely path that writes the text; `first`: steps before `logs`."""
        said = align(logs, self.alphabet.encode(text).tolist())
        words = []
        place = 0
        for word in text.split(" "):
            own = said[place : place + len(word)]
            place += len(word) + 1
            if own:
                start, stop = (
                    (first + own[0].first) * self.step_seconds,
                    (first + own[-1].last + 1) * self.step_seconds,
                )
                words.append(SpokenWord(word, round(start, 4), round(stop, 4)))
        return words

    def to_dict(self) -> dict[str, Any]:
        """Everything but the settings, for ``encoders.json``."""
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
    def from_dict(cls, values: Mapping[str, Any], settings: TranscribeSettings, stack: int) -> Self:
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
            return cls(settings, stack, alphabet, values["features"], language, standardiser)
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"encoders.json: expected a stored transcription task, got a damaged one ({error!r}). Train again."
            ) from None
