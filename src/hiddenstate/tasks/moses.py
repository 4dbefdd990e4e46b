"""Text as the older literature scores it: normalised, cut as by the Moses tokenizer, hyphens parted, lower case.

The rules that matter for plain sentences, of ``normalize-punctuation.perl``, ``tokenizer.perl -a`` and
``deescape``: quotes and dashes made plain, punctuation parted from words, "@-@" between the halves of a hyphenated
word (then parted to a plain hyphen), a full stop kept with an abbreviation inside the sentence, an apostrophe
parted as the language does. Lists of abbreviations are not shipped: single letters and words with stops inside are
taken for abbreviations. For the scores of one protocol to be comparable, both sides go through the same rules.
"""

import re

_NORMAL = str.maketrans(
    {"„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "´": "'", "`": "'",
     "–": "-", "—": "-", "…": "...", "\u00a0": " "}
)  # fmt: skip
_OTHER = re.compile(r"([^\w\s.'`,\-])")
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_STOPS = re.compile(r"\.{2,}")
_APOSTROPHE = re.compile(r"(?<![^\W\d_])'|'(?![^\W\d_])")
_BEFORE_LETTERS = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")


def moses_lower(text: str) -> str:
    """The tokens of `text` in lower case, parted by spaces.

    >>> moses_lower("A man's well-lit room, at 10.30.")
    "a man 's well - lit room , at 10.30 ."
    """
    text = _OTHER.sub(r" \1 ", text.translate(_NORMAL))
    text = _STOPS.sub(lambda dots: f" {dots.group()} ", text)
    text = _COMMA.sub(" , ", text)
    text = _HYPHEN.sub(" - ", text)
    text = _APOSTROPHE.sub(" ' ", text)
    text = _BEFORE_LETTERS.sub(" '", text)
    words = text.split()
    parts = []
    for place, word in enumerate(words):
        stem = word[:-1]
        ends = word.endswith(".") and stem and not stem.endswith(".")
        abbreviation = "." in stem or (len(stem) == 1 and stem.isalpha())
        last = place == len(words) - 1
        parts += [stem, "."] if ends and (last or not abbreviation) else [word]
    return " ".join(parts).lower()
