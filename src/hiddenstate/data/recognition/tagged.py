"""Telling a tagged corpus: a word and its tag a line, sentences apart."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from hiddenstate.data.recognition.grid import Grid
from hiddenstate.data.recognition.guess import Guess, Remedy
from hiddenstate.data.recognition.sample import Sample

_TAG = re.compile(r"[BIOESLU](-[\w.\-]+)?")
_SLASHED = re.compile(r"\S+[/_|][A-Z$.,:'`()\-]{1,12}[A-Z0-9$.,:'`()]*")
CONLLU_COLUMNS = 10
TAG_NAMES = frozenset("tag tags pos upos ner ner_tags pos_tags label labels iob bio wortart".split())
WORD_NAMES = frozenset("word words token tokens form wort mot palabra".split())

AS_CONLL = Remedy("Write it as CoNLL: word, tab, tag, and an empty line after each sentence.")


def guess_conll(sample: Sample) -> Guess | None:
    """CoNLL and CoNLL-U: one word a line in two or more columns, sentences ended by an empty line."""
    lines = sample.lines
    marks = [line for line in lines if line.startswith(("# ", "#\t"))]
    rows = [line for line in lines if line.strip() and not line.startswith("# ") and "-DOCSTART-" not in line]
    blanks = sum(not line.strip() for line in lines)
    if len(rows) < 6:
        return None
    tabbed = sum("\t" in line for line in rows) > 0.95 * len(rows)
    cells = [line.rstrip().split("\t") if tabbed else line.split() for line in rows]
    width, count = Counter(map(len, cells)).most_common(1)[0]
    if width < 2 or count < 0.95 * len(cells):
        return None
    cells = [row for row in cells if len(row) == width]
    if width == CONLLU_COLUMNS and sum(
        bool(re.fullmatch(r"\d+([-.]\d+)?", row[0])) for row in cells
    ) > 0.98 * len(cells):
        tags = Counter(row[3] for row in cells)
        return _guess(
            1.0,
            f"CoNLL-U: ten columns separated by tabs, numbered words, {len(marks)} lines of comments.",
            ("FORM", "UPOS"),
            tags,
            blanks,
            len(rows),
            sample,
        )
    place = _tag_column(cells)
    word = _word_column(cells)
    if place is None or place == word or blanks < 1 or _wordy(cells, word):
        return None
    tags = Counter(row[place] for row in cells)
    sentence = len(rows) / max(blanks, 1)
    score = 0.9 if sentence <= 80 else 0.6
    separator = "tabs" if tabbed else "spaces"
    how = f"{width} columns separated by {separator}, one word a line, empty lines between sentences."
    return _guess(score, how, (f"column {word + 1}", f"column {place + 1}"), tags, blanks, len(rows), sample)


def guess_slashed(sample: Sample) -> Guess | None:
    """Running text with a tag on each word: ``The/DT dog/NN``."""
    words = [word for line in sample.lines[:500] for word in line.split()]
    if len(words) < 20 or sum(bool(_SLASHED.fullmatch(word)) for word in words) < 0.9 * len(words):
        return None
    tags = Counter(re.split(r"[/_|]", word)[-1] for word in words)
    if len(tags) > max(60, len(words) // 5):
        return None
    how = "Running text in which each word carries its tag: " + " ".join(words[:3]) + "."
    hindrance = Remedy("Write one word and its tag a line, with an empty line after each sentence.")
    guess = _guess(0.95, how, ("word", "tag"), tags, len(sample.lines), len(words), sample)
    return Guess(guess.kind, guess.score, guess.evidence, guess.roles, (hindrance,), guess.facts)


def guess_token_table(grid: Grid) -> Guess | None:
    """A table with a row for each word: the word, its tag, perhaps the number of its sentence."""
    words = [
        column
        for column in grid.columns
        if not column.numeric and 0.9 <= column.mean_words <= 1.05 and len(column.counts) > 5
    ]
    if not words or any(column.free and column.mean_words > 3 for column in grid.columns):
        return None
    word = max(words, key=lambda column: (column.name.lower() in WORD_NAMES, len(column.counts)))
    tags = [
        column
        for column in grid.columns
        if column is not word
        and 2 <= len(column.counts) <= max(20, 0.1 * grid.rows)
        and (_tagged(list(column.filled)) or (column.name.lower() in TAG_NAMES and not column.numeric))
    ]
    if not tags or word.distinct > 0.8:
        return None
    tag = max(tags, key=lambda column: (_tagged(list(column.filled)), column.name.lower() in TAG_NAMES))
    score = 0.65 + 0.2 * (word.name.lower() in WORD_NAMES) + 0.15 * (tag.name.lower() in TAG_NAMES)
    return Guess(
        "tagged",
        min(score, 1.0),
        (
            grid.described,
            f'"{word.name}" holds single words that come again ({100 * word.distinct:.0f} % different), '
            f'"{tag.name}" one of {len(tag.counts)} tags: {", ".join(list(tag.counts)[:6])}.',
        ),
        {"text": word.name, "target": tag.name},
        (AS_CONLL,),
        {"rows": grid.total, "classes": len(tag.counts)},
    )


def guess_token_objects(rows: Sequence[dict[str, Any]]) -> Guess | None:
    """JSON Lines with a list of words and a list of tags of the same length."""
    found = _aligned_lists(rows)
    if found is None:
        return None
    words, tags = found
    counts = Counter(str(tag) for row in rows for tag in row.get(tags) or ())
    return Guess(
        "tagged",
        0.9,
        (
            f'JSON Lines: "{words}" is a list of words, "{tags}" a list of as many tags '
            f"({len(counts)} different ones).",
        ),
        {"text": words, "target": tags},
        (AS_CONLL,),
        {"rows": len(rows), "classes": len(counts)},
    )


def _aligned_lists(rows: Sequence[dict[str, Any]]) -> tuple[str, str] | None:
    names = [
        name
        for name in rows[0]
        if all(isinstance(row.get(name), list) and row.get(name) for row in rows[:50])
    ]
    pairs = [
        (one, other)
        for one in names
        for other in names
        if one != other
        and all(len(row[one]) == len(row[other]) for row in rows[:50])
        and all(isinstance(word, str) for row in rows[:50] for word in row[one])
    ]
    best = None
    for one, other in pairs:
        words = {word for row in rows for word in row.get(one) or ()}
        tags = {json.dumps(tag) for row in rows for tag in row.get(other) or ()}
        if len(tags) < 0.5 * len(words) and (best is None or len(words) > best[0]):
            best = (len(words), one, other)
    return None if best is None else best[1:]


def _guess(
    score: float,
    how: str,
    names: tuple[str, str],
    tags: Counter[str],
    blanks: int,
    words: int,
    sample: Sample,
) -> Guess:
    top = ", ".join(tag for tag, _ in tags.most_common(6))
    return Guess(
        "tagged",
        score,
        (
            how,
            f"{len(tags)} different tags in {words:,} words: {top}{', ...' if len(tags) > 6 else ''}.",
            f"About {words / max(blanks, 1):.0f} words a sentence.",
        ),
        {"text": names[0], "target": names[1]},
        (),
        {
            "rows": round(sample.total * blanks / max(len(sample.lines), 1)),
            "classes": len(tags),
            "words": round(words / max(blanks, 1), 1),
        },
    )


def _tagged(values: Sequence[str]) -> bool:
    """Marks of BIO, or short words in capitals, as parts of speech are written."""
    bio = sum(bool(_TAG.fullmatch(value)) for value in values)
    capital = sum(value == value.upper() and len(value) <= 8 for value in values)
    return max(bio, capital) > 0.95 * max(len(values), 1) and not all(value.isdigit() for value in values)


def _tag_column(cells: Sequence[Sequence[str]]) -> int | None:
    """The last column of few different values that look like tags; not that of the words."""
    for place in range(len(cells[0]) - 1, 0, -1):
        values = [row[place] for row in cells]
        kinds = len(set(values))
        if 1 < kinds <= max(12, 0.15 * len(values)) and (_tagged(values) or all(map(_short, set(values)))):
            return place
    return None


def _word_column(cells: Sequence[Sequence[str]]) -> int:
    """The column of most different values that are no numbers."""
    return max(
        range(len(cells[0])), key=lambda place: len({row[place] for row in cells if not row[place].isdigit()})
    )


def _wordy(cells: Sequence[Sequence[str]], place: int) -> bool:
    """Whether the column of words holds sentences instead."""
    return sum(" " in row[place].strip() for row in cells) > 0.2 * len(cells)


def _short(value: str) -> bool:
    return len(value) <= 24 and " " not in value
