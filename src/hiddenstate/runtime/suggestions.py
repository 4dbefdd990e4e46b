"""The likeliest next words after a text, as a phone keyboard offers them, whatever the units of the model are."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hiddenstate.data.units import Unknown
from hiddenstate.errors import SettingsError
from hiddenstate.runtime.state import State
from hiddenstate.runtime.text_generator import Array, TextGenerator

PARTIAL = re.compile(r"(?: ?[\w'’]+| )$")
"""What a word has been begun with: its first letters, the space before it, or both."""
WORD = re.compile(r" ?\w[\w'’]*")
BEGUN = re.compile(r" ?[\w'’]*")
BEAM = 24
LONGEST = 24
"""Units of a word at most."""
PROMPT_UNITS = 400
"""Units of a long text that are read: a word does not hang on more."""


class _Begun(NamedTuple):
    """A word that may still go on."""

    text: str
    share: float
    state: State
    logits: Array


class _Next(NamedTuple):
    """A word with one unit more."""

    share: float
    text: str
    number: int
    before: _Begun


def suggest_words(
    writer: TextGenerator, prompt: str, count: int, *, unknown: Unknown = "refuse"
) -> list[tuple[str, float]]:
    """At most `count` words and their probabilities, the likeliest first.

    After a blank (or nothing) the words that may come next; after letters the words that begin so. Found by a beam
    search, so a rare word can be missed. Raises `SettingsError` for a count below 1.
    """
    if count < 1:
        raise SettingsError(f"suggest: expected 1 or more words, got {count}. Say how many to suggest.")
    found = PARTIAL.search(prompt)
    given = found.group() if found else ""
    head = prompt[: len(prompt) - len(given)]
    logits, state = writer.read(writer.numbers(head, unknown)[-PROMPT_UNITS:], writer.initial_state())
    begun = [_Begun("", 1.0, state, logits)]
    words: dict[str, float] = defaultdict(float)
    certain = 0.0 if given else 1.0
    """Probability of what is given already: shares are told as parts of it."""
    for _ in range(LONGEST):
        going_on = []
        for each in begun:
            ended = 1.0 if len(each.text) >= len(given) and WORD.fullmatch(each.text) else 0.0
            for longer in _longer(writer, each, given):
                going_on.append(longer)
                ended -= longer.share / each.share if ended else 0.0
                if longer.text.startswith(given) and not each.text.startswith(given):
                    certain += longer.share
            if ended > 0.0:
                words[each.text.strip()] += each.share * ended
        going_on.sort(key=lambda entry: (-entry.share, entry.text))
        reach = sorted(words.values(), reverse=True)[count - 1] if len(words) >= count else 0.0
        begun = [
            _Begun(entry.text, entry.share, state, after)
            for entry in going_on[:BEAM]
            if entry.share > reach
            for after, state in [writer.step(entry.number, entry.before.state)]
        ]
        if not begun:
            break
    ranked = sorted(words.items(), key=lambda entry: (-entry[1], entry[0]))[:count]
    return [(word, share / certain) for word, share in ranked]


def _longer(writer: TextGenerator, begun: _Begun, given: str) -> Iterator[_Next]:
    """What a word becomes with one unit more while it stays one word and agrees with what is given."""
    shares = np.exp(begun.logits - begun.logits.max())
    shares /= shares.sum()
    wanted = given[len(begun.text) :]
    for number in np.argsort(-shares, kind="stable"):
        form, share = writer.forms[number], float(shares[number])
        if share < 1e-4 and not wanted:
            return
        if not form or not (form.startswith(wanted) or wanted.startswith(form)):
            continue
        if BEGUN.fullmatch(begun.text + form):
            yield _Next(begun.share * share, begun.text + form, int(number), begun)
