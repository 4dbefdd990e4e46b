"""Each word gets the tag that it had most often in training."""

from collections import Counter, defaultdict
from typing import Self, final

from hiddenstate.data.spans import OUTSIDE
from hiddenstate.data.tagged_table import TaggedTable, Tags
from hiddenstate.errors import InputError
from hiddenstate.tasks.tag import marks_spans
from hiddenstate.tasks.tag_baselines.baseline import whole_spans


@final
class MostFrequentTag:
    """The most frequent tag of each word, case aside; a word never seen gets that of words seen once.

    Where tags mark spans, a word never seen is outside of them.
    """

    name = "most frequent tag of each word"

    def fit(self, train: TaggedTable, validation: TaggedTable) -> Self:
        """Count the tags of both tables' words. Raises `InputError` without a word."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for table in (train, validation):
            for row, tags in zip(table.words, table.known_tags(), strict=True):
                for word, tag in zip(row, tags, strict=True):
                    counts[word.form.lower()][tag] += 1
        if not counts:
            raise InputError("its rows have no word.")
        self._spans = marks_spans(train)
        self._tags = {word: _first(tags) for word, tags in counts.items()}
        rare = Counter(tag for tags in counts.values() if tags.total() == 1 for tag in tags)
        every = sum(counts.values(), Counter())
        self._otherwise = OUTSIDE if self._spans else _first(rare or every)
        return self

    def predict(self, table: TaggedTable) -> Tags:
        """A tag for each word."""
        rows = [
            [self._tags.get(word.form.lower(), self._otherwise) for word in words] for words in table.words
        ]
        return whole_spans(rows, marks_spans=self._spans)


def _first(counts: Counter[str]) -> str:
    """The most frequent tag, the first in the alphabet of several."""
    return min(counts, key=lambda tag: (-counts[tag], tag))
