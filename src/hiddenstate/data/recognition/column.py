"""One column of a sample: what its values look like."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?\d+(,\d+)?|[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
_STAMP = re.compile(
    r"(\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{4}-?[QqWw]\d{1,2}"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}|(19|20)\d{6})"
    r"([T ]+\d{1,2}[:.]?\d{2}([:.]?\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?)?"
    r"( ?(Z|UTC|[+-]\d{2}:?(\d{2})?))?"
)
_WALL = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?")
_AUDIO = re.compile(r".+\.(wav|flac|mp3|ogg|oga|opus|m4a|aif|aiff|wma|au)", re.IGNORECASE)
_WIDE = re.compile(r"[぀-ヿ㐀-䶿一-鿿가-힯฀-๿]")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?", "."})
SHARE = 0.95
"""Share of the values that decides what a column is."""


def is_number(text: str, *, decimal_comma: bool = False) -> bool:
    """Whether `text` is one number.

    >>> is_number("3.5"), is_number("3,5"), is_number("3,5", decimal_comma=True), is_number("x")
    (True, False, True, False)
    """
    text = text.strip()
    return bool(_NUMBER.fullmatch(text) or (decimal_comma and _COMMA_NUMBER.fullmatch(text)))


def is_stamp(text: str) -> bool:
    """Whether `text` is a date or a time on a date.

    >>> [is_stamp(text) for text in ("2024-01-31", "31.01.2024 13:45", "1/31/24", "2024Q1", "12", "2024-13 x")]
    [True, True, True, True, False, False]
    """
    return bool(_STAMP.fullmatch(text.strip()))


def words_in(text: str) -> int:
    """Words of a text; in scripts that write none, two signs count as one.

    >>> words_in("who wrote it"), words_in("誰が書いたの")
    (3, 3)
    """
    wide = len(_WIDE.findall(text))
    return max(len(text.split()), wide // 2)


@dataclass(frozen=True)
class Column:
    """The values of a column as text, and what can be said of them."""

    name: str
    values: tuple[str, ...]
    decimal_comma: bool = False

    @cached_property
    def filled(self) -> tuple[str, ...]:
        """The values that are there."""
        return tuple(value.strip() for value in self.values if value and value.strip().lower() not in MISSING)

    @cached_property
    def counts(self) -> Counter[str]:
        """Each different value and how often it stands there."""
        return Counter(self.filled)

    @property
    def distinct(self) -> float:
        """Different values as a share of all."""
        return len(self.counts) / max(len(self.filled), 1)

    @cached_property
    def numeric(self) -> bool:
        """Numbers throughout."""
        return self._most(lambda value: is_number(value, decimal_comma=self.decimal_comma))

    @cached_property
    def stamps(self) -> bool:
        """Dates or times throughout; whole numbers only where they look like Unix time and rise."""
        if self._most(is_stamp):
            return True
        if not (self.numeric and len(self.filled) > 2 and self._most(lambda value: value.isdigit())):
            return False
        lengths = {len(value) for value in self.filled if value.isdigit()}
        numbers = [int(value) for value in self.filled if value.isdecimal()]
        rising = all(a <= b for a, b in pairwise(numbers))
        unix = lengths <= {9, 10} or lengths <= {12, 13}
        return rising and unix and len(self.counts) > len(self.filled) // 2

    @cached_property
    def years(self) -> bool:
        """Whole numbers that can be years and follow each other."""
        if not self._most(lambda value: bool(re.fullmatch(r"(1[5-9]|20|21)\d\d", value))):
            return False
        years = sorted({int(value) for value in self.filled if value.isdecimal()})
        return len(years) > 4 and years[-1] - years[0] < 1.5 * len(years)

    @cached_property
    def wall_times(self) -> bool:
        """Times of day without a date."""
        return self._most(lambda value: bool(_WALL.fullmatch(value)))

    @cached_property
    def audio(self) -> bool:
        """Names of sound files throughout."""
        return self._most(lambda value: bool(_AUDIO.fullmatch(value)))

    @cached_property
    def whole(self) -> bool:
        """Whole numbers throughout."""
        return self.numeric and self._most(lambda value: bool(re.fullmatch(r"[+-]?\d+(\.0*)?", value)))

    @cached_property
    def counting(self) -> bool:
        """The number of the row, or another key: whole numbers that all differ and only rise."""
        if not self.whole or self.distinct < 1.0 or len(self.filled) < 3:
            return False
        numbers = [float(value) for value in self.filled if is_number(value)]
        return all(a < b for a, b in pairwise(numbers))

    @cached_property
    def mean_words(self) -> float:
        """Words of a value."""
        return sum(words_in(value) for value in self.filled) / max(len(self.filled), 1)

    @cached_property
    def mean_length(self) -> float:
        """Characters of a value."""
        return sum(map(len, self.filled)) / max(len(self.filled), 1)

    @cached_property
    def written(self) -> bool:
        """Language: letters make up most of it, and it is no number, stamp, path, link or code."""
        if self.numeric or self.stamps or self.wall_times or self.audio or not self.filled:
            return False
        if self._most(lambda value: value[0] in "[{"):
            return False  # a list or an object, not language
        letters = sum(char.isalpha() for value in self.filled for char in value)
        if letters < 0.5 * sum(len(value.replace(" ", "")) for value in self.filled):
            return False
        codes = sum(
            bool(re.fullmatch(r"https?://\S+|\S*[\\/_@]\S*|[0-9a-f-]{16,}", value)) for value in self.filled
        )
        return codes < 0.5 * len(self.filled)

    @property
    def free(self) -> bool:
        """Free text: written, of several words or long, and seldom the same twice."""
        return self.written and (self.mean_words >= 2.2 or self.mean_length >= 14) and self.distinct > 0.3

    @property
    def classes(self) -> bool:
        """Could be labels: a few short values that come again and again."""
        count, rows = len(self.counts), len(self.filled)
        few = 2 <= count <= max(12, min(400, 0.34 * rows)) and count < 0.75 * rows
        if not few or self.stamps or self.wall_times or self.audio or self.mean_words > 5:
            return False
        if rows < 0.7 * len(self.values):
            return False
        return not self.numeric or (self.whole and count <= 60)

    def _most(self, test: object) -> bool:
        assert callable(test)
        return bool(self.filled) and sum(map(test, self.filled)) >= SHARE * len(self.filled)
