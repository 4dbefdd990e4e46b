"""Telling texts with a label each."""

import re
from collections import Counter
from collections.abc import Sequence

from hiddenstate.data.recognition.column import Column, words_in
from hiddenstate.data.recognition.grid import Grid
from hiddenstate.data.recognition.guess import Guess, Remedy
from hiddenstate.data.recognition.sample import Sample

LABEL_NAMES = frozenset(
    "label labels target class classes category cat topic sentiment emotion intent stars rating polarity type "
    "tag y gold language lang spam genre kategorie klasse etikett thema sorte stimmung bewertung urteil categorie "
    "categoria categoría catégorie classe étiquette etichetta etiqueta sentimiento sentimento avis tema clase "
    "toxic is_spam verdict outcome department priority".split()
)
TEXT_NAMES = frozenset(
    "text texts sentence review comment comments message body content question query utterance tweet description "
    "document headline title abstract satz nachricht frage kommentar beschreibung texte phrase commentaire "
    "question texto frase mensaje comentario testo frase messaggio name word".split()
)
TO_TABLE = (
    """{cat} | awk 'BEGIN {print "label\\ttext"} {l=$1; sub(/^[ \\t]*[^ \\t]+[ \\t]+/, ""); print l "\\t" $0}' """
    "> {target}"
)
"""The first word of each line, a tab, and the rest."""
_COARSE = re.compile(r"(__label__)?[^\s:]{1,30}(:[^\s:]{1,30})?")


def guess_labelled_texts(grid: Grid) -> Guess | None:
    """A column of free text beside one of few values that come again and again."""
    texts = sorted((column for column in grid.columns if _may_be_text(column)), key=_textness, reverse=True)
    if not texts:
        return None
    text = texts[0]
    labels = sorted(
        (column for column in grid.columns if column is not text and column.classes),
        key=_labelness,
        reverse=True,
    )
    if not labels:
        return None
    label = labels[0]
    named = label.name.lower() in LABEL_NAMES
    score = 0.55 + 0.15 * text.free + 0.2 * named + 0.1 * (text.name.lower() in TEXT_NAMES)
    # A column of a table of numbers is seldom the name of what the table is about.
    score -= 0.1 * (not named and len(labels) > 3) + 0.15 * (text.distinct < 0.5)
    evidence = [
        grid.described,
        f'"{text.name}" is free text: {text.mean_words:.1f} words on average, {100 * text.distinct:.0f} % of its '
        f"values different.",
        f'"{label.name}" has {_values(label)}.',
    ]
    if len(labels) > 1:
        others = ", ".join(column.name for column in labels[1:5])
        evidence.append(f"Other columns that could be the label: {others}.")
    hindrances = () if grid.header else (header_needed(grid, {text.name: "text", label.name: "label"}),)
    facts = {
        "rows": grid.total,
        "classes": len(label.counts),
        "words": round(text.mean_words, 1),
        "longest": max((words_in(value) for value in text.filled), default=0),
    }
    roles = {"text": text.name, "target": label.name}
    if not grid.header:
        roles = {"text": "text", "target": "label"}
    return Guess("labelled_texts", min(score, 1.0), tuple(evidence), roles, hindrances, facts)


def guess_labelled_lines(sample: Sample) -> Guess | None:
    """Lines that begin with their label: ``NUM:dist How far ...``, ``__label__spam Win ...``, ``1 a fine film``."""
    lines = [line for line in sample.lines if line.strip()]
    pairs = [line.strip().split(None, 1) for line in lines]
    if len(lines) < 6 or sum(len(pair) == 2 for pair in pairs) < 0.95 * len(lines):
        return None
    labels = Counter(pair[0] for pair in pairs if len(pair) == 2)
    texts = [pair[1] for pair in pairs if len(pair) == 2]
    shaped = sum(count for name, count in labels.items() if _COARSE.fullmatch(name)) / len(texts)
    marked = sum(count for name, count in labels.items() if _marked(name)) / len(texts)
    few = 2 <= len(labels) <= max(12, 0.1 * len(texts)) and min(len(set(texts)) / len(texts), 1) > 0.5
    words = sum(map(words_in, texts)) / len(texts)
    if not few or shaped < 0.99 or words < 2 or marked < 0.95:
        return None
    return Guess(
        "labelled_texts",
        0.9,
        (
            f"About {sample.total:,} lines that begin with one of {len(labels)} marks, then a text of "
            f"{words:.1f} words.",
            f"The marks: {', '.join(name for name, _ in labels.most_common(6))}{', ...' if len(labels) > 6 else ''}.",
        ),
        {"text": "text", "target": "label"},
        (Remedy("There is no line of names and no separator between label and text.", TO_TABLE, ".tsv"),),
        {
            "rows": sample.total,
            "classes": len(labels),
            "words": round(words, 1),
            "longest": max(map(words_in, texts)),
        },
    )


def header_needed(grid: Grid, names: dict[str, str]) -> Remedy:
    """What to do about a table whose first line is data already."""
    separator = {"\t": "\\t"}.get(grid.separator, grid.separator)
    header = separator.join(
        names.get(column.name, f"c{place}") for place, column in enumerate(grid.columns, 1)
    )
    return Remedy(
        "Its first line is data, not the names of the columns.",
        f"(printf '{header}\\n'; {{cat}}) > {{target}}",
        ".tsv" if grid.separator == "\t" else ".csv",
    )


def _marked(name: str) -> bool:
    """Looks like a label rather than the first word of a sentence."""
    return name.startswith("__label__") or ":" in name or name.isdigit() or (name.isupper() and len(name) > 1)


def _may_be_text(column: Column) -> bool:
    if not column.written or column.distinct < 0.25 or len(column.counts) < 6:
        return False
    return (
        column.free or column.name.lower() in TEXT_NAMES or column.mean_words >= 1.8 or column.distinct > 0.8
    )


def _textness(column: Column) -> float:
    named = column.name.lower() in TEXT_NAMES
    return min(column.mean_words, 20.0) + 0.2 * min(column.mean_length, 60.0) + 10 * named


def _labelness(column: Column) -> tuple[bool, bool, float]:
    return (
        column.name.lower() in LABEL_NAMES,
        not column.numeric,
        -len(column.counts) / max(len(column.filled), 1),
    )


def _values(column: Column) -> str:
    top = ", ".join(f"{name} ({count})" for name, count in column.counts.most_common(4))
    more = ", ..." if len(column.counts) > 4 else ""
    return f"{len(column.counts)} different values in {len(column.filled):,} rows: {top}{more}"


def texts_in_folders(texts: dict[str, Sequence[str]]) -> Guess | None:
    """Folders of text files, one folder a label. `texts`: names of the files by folder."""
    if len(texts) < 2 or min(map(len, texts.values())) < 2:
        return None
    count = sum(map(len, texts.values()))
    names = ", ".join(sorted(texts)[:6])
    return Guess(
        "labelled_texts",
        0.85,
        (f"{count:,} text files in {len(texts)} folders, one folder for each label: {names}.",),
        {"text": "text", "target": "label"},
        (
            Remedy(
                "Training reads one table: write the texts into a CSV file with the columns text and label."
            ),
        ),
        {"rows": count, "classes": len(texts), "file": "texts.csv"},
    )
