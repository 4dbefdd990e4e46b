"""Prefix beam search: the most likely text over all its paths, with a language model.

Source: Hannun et al. (2014), "First-pass large vocabulary continuous speech recognition using bi-directional
recurrent DNNs", algorithm 1.
"""

from dataclasses import dataclass
from math import exp, inf, log1p

from hiddenstate.tasks.alphabet import BLANK, Alphabet
from hiddenstate.tasks.ctc import Logs
from hiddenstate.tasks.letter_ngrams import LetterNgrams

UNLIKELY = -9.0
"""Letters below this log probability are not tried on a step."""


@dataclass(frozen=True)
class Weighed:
    """A language model and how much it says."""

    ngrams: LetterNgrams
    weight: float
    """Of its log probabilities beside those of the network."""
    bonus: float
    """For each letter: without it a language model makes texts short."""


@dataclass
class _Prefix:
    """Log probabilities of all paths that write a prefix."""

    blank: float = -inf
    """Those whose last step is a blank."""
    letter: float = -inf
    """Those whose last step is the last letter."""

    @property
    def both(self) -> float:
        return _plus(self.blank, self.letter)


def beam_search(logs: Logs, alphabet: Alphabet, *, width: int, language: Weighed | None = None) -> str:
    """The best text of `width` that are followed from step to step; logs: (steps, 1 + letters)."""
    beam: dict[str, _Prefix] = {"": _Prefix(blank=0.0)}
    said = {"": 0.0}  # what the language model says of each prefix
    letters = [(number, letter) for number, letter in enumerate(alphabet.letters, 1)]
    for row in logs.tolist():
        likely = [(letter, row[number]) for number, letter in letters if row[number] > UNLIKELY]
        grown: dict[str, _Prefix] = {}
        for text, own in beam.items():
            _stay(grown.setdefault(text, _Prefix()), own, text, row, alphabet)
            for letter, log in likely:
                longer = text + letter
                if longer not in said:
                    said[longer] = said[text] + _says(language, text, alphabet, letter)
                before = own.blank if text.endswith(letter) else own.both
                ahead = grown.setdefault(longer, _Prefix())
                ahead.letter = _plus(ahead.letter, before + log)
        ranked = sorted(grown, key=lambda text: grown[text].both + said[text], reverse=True)
        beam = {text: grown[text] for text in ranked[:width]}
    return max(beam, key=lambda text: beam[text].both + said[text] + _ends(language, text))


def _stay(same: _Prefix, own: _Prefix, text: str, row: list[float], alphabet: Alphabet) -> None:
    """Paths that write nothing new on this step: a blank, or the last letter once more."""
    same.blank = _plus(same.blank, own.both + row[BLANK])
    if text:
        last = alphabet.letters.index(text[-1]) + 1
        same.letter = _plus(same.letter, own.letter + row[last])


def _says(language: Weighed | None, text: str, alphabet: Alphabet, letter: str) -> float:
    if language is None:
        return 0.0
    number = alphabet.letters.index(letter) + 1
    return language.weight * float(language.ngrams.log_probabilities(text)[number]) + language.bonus


def _ends(language: Weighed | None, text: str) -> float:
    return language.weight * float(language.ngrams.log_probabilities(text)[0]) if language else 0.0


def _plus(one: float, other: float) -> float:
    """log(exp(one) + exp(other))."""
    if one < other:
        one, other = other, one
    return one if other == -inf else one + log1p(exp(other - one))
