"""The likeliest next words after a text, as a phone keyboard offers them, whatever the units of the model are."""

import re
from typing import NamedTuple

import numpy as np

from hiddenstate.data.units import Unknown
from hiddenstate.errors import SettingsError
from hiddenstate.runtime.state import State
from hiddenstate.runtime.text_generator import Array, TextGenerator

PARTIAL = re.compile(r"(?: ?[\w'’]+| )$")
"""What a word has been begun with: its first letters, the space before it, or both."""
WORD = re.compile(r" ?\w[\w'’]*$")
BEGUN = re.compile(r" ?[\w'’]*$")
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
    words: dict[str, float] = {}
    reach = 0.0
    for _ in range(LONGEST):
        going_on: list[tuple[float, str, int, _Begun]] = []
        for each in begun:
            ended = 0.0
            shares = np.exp(each.logits - each.logits.max())
            shares /= shares.sum()
            for number in np.argsort(-shares, kind="stable")[: 4 * BEAM + len(given) * 100]:
                form, share = writer.forms[number], float(shares[number])
                text = each.text + form
                fits = text.startswith(given) or given.startswith(text)
                if fits and BEGUN.fullmatch(text) and not (text == form == " " and given == ""):
                    going_on.append((each.share * share, text, int(number), each))
                elif WORD.fullmatch(each.text) and len(each.text) >= len(given):
                    ended += share
            if ended and WORD.fullmatch(each.text):
                word = each.text.strip()
                words[word] = words.get(word, 0.0) + each.share * ended
        going_on.sort(key=lambda entry: (-entry[0], entry[1]))
        begun = []
        reach = sorted(words.values(), reverse=True)[count - 1] if len(words) >= count else 0.0
        for share, text, number, each in going_on[:BEAM]:
            if share > reach:
                after, state = writer.step(number, each.state)
                begun.append(_Begun(text, share, state, after))
        if not begun:
            break
    total = sum(words.values()) if given.strip() else 1.0
    ranked = sorted(words.items(), key=lambda entry: (-entry[1], entry[0]))[:count]
    return [(word, share / total) for word, share in ranked]
