"""Text to tokens that know where they stand in the user's own text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hiddenstate.errors import SettingsError

NEGATIONS = frozenset(
    "no not nor none never neither nobody nothing nowhere without cannot n't hardly barely".split()
)
"""Words that turn a sentence round: taking them out with the stop words loses the sentiment."""

STOP_WORDS = frozenset(
    """a about above after again against all am an and any are as at be because been before being below
    between both but by can did do does doing down during each few for from further had has have
    having he her here hers herself him himself his how i if in into is it its itself just me more
    most my myself now of off on once only or other our ours ourselves out over own same she should
    so some such than that the their theirs them themselves then there these they this those through
    to too under until up very was we were what when where which while who whom why will with you
    your yours yourself yourselves 's 're 've 'll 'd 'm no not nor none never neither nobody nothing
    nowhere without cannot n't hardly barely""".split()
)
"""Common English words with little meaning of their own, negations included (see `NEGATIONS`)."""

_WORD = re.compile(
    r"""
      (?:https?://|www\.)\S+                          # an address is one token
    | [@\#]\w+                                        # a mention or a topic
    | \d+(?:[.,:]\d+)*%?                              # a number, a time, a percentage
    | (?:[^\W\d_]\.){2,}                              # U.S., e.g.
    | [^\W_]+?(?=n['’]t\b)                            # do|n't, the word before
    | n['’]t\b                                        # do|n't, the negation
    | ['’](?:s|re|ve|ll|d|m)\b                        # it|'s, they|'re
    | \w+(?:-\w+)*                                    # a word, with hyphens
    | (?:[:;=8][-o*']?[)\](\[dDpP/\\|@3<>])           # :-)
    | \.{2,} | -{2,} | [!?]+                          # runs of the same mark say something together
    | \S                                              # any other mark, an emoji
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


class Token(NamedTuple):
    """One token and its place: ``text[start:stop]`` of the user's text."""

    form: str
    """As the model sees it: lower case, digits folded, where the settings say so."""
    start: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class TokenSettings:
    """How text is cut; section ``[data.tokens]`` of ``settings.toml``."""

    unit: Literal["word", "whitespace", "character", "subword"] = "word"
    """Words and marks; what white space separates (for text that is cut already); single characters; or words
    cut into pieces that the training texts have often, so that a word never seen is still known by its pieces."""
    subword_count: int = 8000
    """Different pieces at most."""
    lowercase: bool = True
    """"Apple" and "apple" become one word."""
    fold_digits: bool = False
    """Every digit becomes 0, so that 1987 and 1988 are one word."""
    stop_words: Literal["keep", "remove"] = "keep"
    """Whether common words are taken out."""
    keep_negations: bool = True
    """Words such as "not" stay even where stop words are removed."""
    longest: int | None = None
    """Tokens of a text at most; what follows is left out."""

    def __post_init__(self) -> None:
        if self.subword_count < 1:
            raise SettingsError(
                f"subword_count: expected 1 or more pieces, got {self.subword_count}. Correct the value."
            )
        if self.longest is not None and self.longest < 1:
            raise SettingsError(f"longest: expected 1 or more tokens, got {self.longest}. Correct the value.")


def tokenize(text: str, settings: TokenSettings | None = None) -> list[Token]:
    """Cut one text; an empty text gives an empty list. Subwords come as whole words: `Tokenizer` cuts those.

    >>> [token.form for token in tokenize("He didn't pay $3.50, did he?")]
    ['he', 'did', "n't", 'pay', '$', '3.50', ',', 'did', 'he', '?']
    >>> text = "It's fine"
    >>> [text[token.start : token.stop] for token in tokenize(text)]
    ['It', "'s", 'fine']
    """
    settings = settings or TokenSettings()
    tokens = [_form(match, settings) for match in _PATTERNS[settings.unit].finditer(text)]
    if settings.stop_words == "remove":
        removed = STOP_WORDS - NEGATIONS if settings.keep_negations else STOP_WORDS
        tokens = [token for token in tokens if token.form.lower().replace("’", "'") not in removed]
    return tokens[: settings.longest]


def token_forms(texts: Iterable[str], settings: TokenSettings | None = None) -> list[list[str]]:
    """The forms alone, for many texts."""
    return [[token.form for token in tokenize(text, settings)] for text in texts]


_PATTERNS = {
    "word": _WORD,
    "subword": _WORD,
    "whitespace": re.compile(r"\S+"),
    "character": re.compile(r".", re.DOTALL),
}


def folded_form(word: str, settings: TokenSettings) -> str:
    """A word as the model sees it: lower case, digits folded, where the settings say so.

    >>> folded_form("Room7", TokenSettings(fold_digits=True))
    'room0'
    """
    form = word.lower() if settings.lowercase else word
    return _DIGIT.sub("0", form) if settings.fold_digits else form


def _form(match: re.Match[str], settings: TokenSettings) -> Token:
    return Token(folded_form(match.group(), settings), match.start(), match.end())
