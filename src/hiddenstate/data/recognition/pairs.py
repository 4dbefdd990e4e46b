"""Telling pairs of sentences: one to be read, one to be written."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from hiddenstate.data.recognition.column import Column, words_in
from hiddenstate.data.recognition.grid import Grid
from hiddenstate.data.recognition.guess import Guess
from hiddenstate.data.recognition.sample import Sample, read_sample

LANGUAGES = frozenset(
    "en de fr es it nl pt pl ru cs sv da no fi hu ro tr el ar he hi ja ko zh eng deu ger fra fre spa ita nld por "
    "rus jpn kor zho english german french spanish italian dutch portuguese russian japanese chinese deutsch englisch "
    "français francais anglais español ingles italiano inglese".split()
)
SIDES = frozenset(
    "source target src tgt trg input output original translation quelle ziel question answer prompt response text "
    "summary sentence1 sentence2 from to article highlights query reply erroneous corrected "
    "before after premise hypothesis".split()
)


def guess_pairs(grid: Grid) -> Guess | None:
    """Two columns of free text whose lengths go together, or whose names are two languages."""
    texts = [column for column in grid.columns if column.written and _free(column)]
    best: tuple[float, Column, Column, float, float] | None = None
    for one, other in combinations(texts, 2):
        lengths = _lengths_agree(one.values, other.values)
        shared = _shared_words(one.values, other.values)
        named = _sides(one.name) and _sides(other.name)
        score = 0.3 + 0.4 * max(lengths, 0.0) + 0.15 * (shared < 0.3) + 0.3 * named
        if best is None or score > best[0]:
            best = (score, one, other, lengths, shared)
    if best is None:
        return None
    score, one, other, lengths, shared = best
    labels = [column for column in grid.columns if column.classes and column not in (one, other)]
    score -= 0.25 * bool(labels) + 0.02 * max(0, len(grid.columns) - 4)
    return _guess(score, one, other, (lengths, shared), grid)


def guess_twin(sample: Sample) -> Guess | None:
    """A file of sentences beside one of the same name in another language: ``train.en`` and ``train.de``."""
    name = sample.path.name
    parts = name.split(".")
    place = next((at for at in range(len(parts) - 1, 0, -1) if parts[at].lower() in LANGUAGES), None)
    if place is None:
        return None
    for sibling in sorted(sample.path.parent.iterdir()):
        others = sibling.name.split(".")
        if len(others) != len(parts) or others[place].lower() not in LANGUAGES or sibling.name == name:
            continue
        if [*others[:place], *others[place + 1 :]] != [*parts[:place], *parts[place + 1 :]]:
            continue
        twin = read_sample(sibling)
        count = min(len(sample.lines), len(twin.lines))
        agree = _lengths_agree(sample.lines[:count], twin.lines[:count])
        if agree > 0.4 or count < 8:
            return Guess(
                "pairs",
                0.95,
                (
                    f"{name} and {sibling.name} differ in the name of a language only.",
                    f"Their lines have lengths that go together (correlation {agree:.2f} over {count:,} lines).",
                ),
                {"source": name, "target": sibling.name},
                (),
                {"rows": sample.total, "words": round(_mean_words(sample.lines), 1)},
            )
    return None


def twin_in(folder: Path) -> Path | None:
    """The largest file of a folder that has a twin in another language there."""
    names = [path for path in sorted(folder.iterdir()) if path.is_file()]
    stems: dict[str, list[Path]] = {}
    for path in names:
        parts = path.name.split(".")
        kept = [part for part in parts if part.lower() not in LANGUAGES]
        if len(kept) == len(parts) - 1:
            stems.setdefault(".".join(kept), []).append(path)
    twins = [group for group in stems.values() if len(group) >= 2]
    if not twins:
        return None
    return max((group[0] for group in twins), key=lambda path: path.stat().st_size)


def _guess(score: float, one: Column, other: Column, measured: tuple[float, float], grid: Grid) -> Guess:
    lengths, shared = measured
    return Guess(
        "pairs",
        max(0.0, min(score, 1.0)),
        (
            grid.described,
            f'"{one.name}" and "{other.name}" are both free text ({one.mean_words:.1f} and '
            f"{other.mean_words:.1f} words on average).",
            f"Their lengths go together (correlation {lengths:.2f}); "
            f"{100 * shared:.0f} % of the common words of one are common in the other.",
        ),
        {"source": one.name, "target": other.name},
        (),
        {"rows": grid.total, "words": round(one.mean_words, 1)},
    )


def _free(column: Column) -> bool:
    return column.distinct > 0.3 and (column.mean_words >= 1.3 or column.mean_length > 8)


def _sides(name: str) -> bool:
    parts = [part for part in re.split(r"[^\w]+|_", name.lower()) if part]
    return any(part in LANGUAGES or part in SIDES for part in parts)


def _lengths_agree(one: Sequence[str], other: Sequence[str]) -> float:
    """Correlation of the logarithms of the lengths in characters."""
    rows = [
        (math.log(len(a)), math.log(len(b)))
        for a, b in zip(one, other, strict=False)
        if a and b and a.strip() and b.strip()
    ]
    if len(rows) < 8:
        return 0.5
    x, y = zip(*rows, strict=True)
    mx, my = sum(x) / len(x), sum(y) / len(y)
    over = sum((a - mx) * (b - my) for a, b in rows)
    under = math.sqrt(sum((a - mx) ** 2 for a in x) * sum((b - my) ** 2 for b in y))
    return over / under if under > 0 else 0.0


def _shared_words(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of the 60 commonest words of one column that are among those of the other."""
    first, second = (
        {word for word, _ in Counter(" ".join(side).lower().split()).most_common(60)} for side in (one, other)
    )
    return len(first & second) / max(len(first), 1)


def _mean_words(lines: Sequence[str]) -> float:
    return sum(map(words_in, lines)) / max(len(lines), 1)
