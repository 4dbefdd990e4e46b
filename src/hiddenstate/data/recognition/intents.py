"""Telling utterances with an intent and slots."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hiddenstate.data.recognition.grid import Grid
from hiddenstate.data.recognition.guess import Guess, Remedy
from hiddenstate.data.recognition.sample import read_sample

INTENT_NAMES = frozenset("intent intents intention absicht label domain action intencion intención".split())
SLOT_NAMES = frozenset("slots slot entities entity tags slot_tags spans bio parameters params values".split())
TEXT_NAMES = frozenset("text utterance query sentence words tokens input utt satz frase texte".split())

OWN_NAMES = ("text", "intent", "slots")
"""What training reads in JSON Lines."""
AS_COMMANDS = Remedy(
    'Write it as JSON Lines: {"text": ..., "intent": ..., "slots": [{"start": 11, "stop": 16, "name": "time"}]}.'
)


def guess_intents(rows: Sequence[Mapping[str, Any]]) -> Guess | None:
    """Objects with a text, an intent and slots: lists of spans, a dictionary, or a tag for each word."""
    names = {name: None for row in rows for name in row}
    text = next((name for name in names if name.lower() in TEXT_NAMES), None)
    intent = next((name for name in names if name.lower() in INTENT_NAMES and _few(rows, name)), None)
    slots = next(
        (name for name in names if name not in (text, intent) and _slots(rows, name, text)),
        None,
    )
    if text is None or intent is None or slots is None:
        return None
    counts = Counter(str(row.get(intent)) for row in rows)
    named = intent.lower() != "label"
    return Guess(
        "intents",
        0.9 + 0.08 * named,
        (
            f'"{text}" is an utterance, "{intent}" one of {len(counts)} intents: '
            f"{', '.join(list(counts)[:5])}{', ...' if len(counts) > 5 else ''}.",
            f'"{slots}" holds the slots of each utterance, for example {str(_example(rows, slots))[:80]}.',
        ),
        {"text": text, "target": intent, "slots": slots},
        () if (text, intent, slots) == OWN_NAMES else (AS_COMMANDS,),
        {"rows": len(rows), "classes": len(counts)},
    )


def guess_intent_table(grid: Grid) -> Guess | None:
    """A table in which one column holds a tag for each word of another."""
    rows = [
        {column.name: column.values[place] for column in grid.columns} for place in range(min(grid.rows, 300))
    ]
    guess = guess_intents(rows) if len(rows) > 2 else None
    return guess and replace(guess, hindrances=(AS_COMMANDS,))


def intents_in(folder: Path) -> Guess | None:
    """The folder of files side by side that ATIS and SNIPS came in: seq.in, seq.out and label."""
    holder = next(
        (path for path in (folder, folder / "train") if (path / "seq.in").is_file()),
        None,
    )
    if holder is None or not (holder / "seq.out").is_file() or not (holder / "label").is_file():
        return None
    words, tags, labels = (read_sample(holder / name) for name in ("seq.in", "seq.out", "label"))
    pairs = list(zip(words.lines, tags.lines, strict=False))
    aligned = sum(len(a.split()) == len(b.split()) for a, b in pairs) / len(pairs)
    if aligned < 0.95:
        return None
    return Guess(
        "intents",
        0.97,
        (
            "seq.in, seq.out and label stand side by side: words, a slot tag for each word, and the intent.",
            f"{100 * aligned:.0f} % of the lines have as many tags as words; "
            f"{len(set(labels.lines))} different intents.",
        ),
        {"text": "seq.in", "slots": "seq.out", "target": "label"},
        (Remedy("Write one JSON object a line: text, intent, slots."),),
        {"rows": words.total, "classes": len(set(labels.lines))},
    )


def _few(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Whether the values are short texts that come again."""
    values = [row.get(name) for row in rows if row.get(name) not in (None, "")]
    if not values or not all(isinstance(value, str) for value in values):
        return False
    return (
        2 <= len(set(values)) <= max(12, 0.5 * len(values)) and max(len(str(v).split()) for v in values) < 6
    )


def _slots(rows: Sequence[Mapping[str, Any]], name: str, text: str | None) -> bool:
    values: list[Any] = [row[name] for row in rows if row.get(name) not in (None, "")]
    if not values:
        return False
    if all(isinstance(value, dict) for value in values):
        return name.lower() in SLOT_NAMES or all(all(isinstance(v, str) for v in x.values()) for x in values)
    if all(isinstance(value, list) for value in values):
        spans = [span for value in values for span in value if isinstance(span, dict)]
        return bool(spans) or (text is not None and _aligned(rows, name, text))
    return text is not None and _aligned(rows, name, text)


def _aligned(rows: Sequence[Mapping[str, Any]], name: str, text: str) -> bool:
    """Whether there is a tag for each word, and O among them."""
    matched = outside = 0
    for row in rows:
        tags, words = row.get(name) or "", row.get(text) or ""
        if not isinstance(tags, str | list) or not isinstance(words, str | list):
            return False
        tags = tags.split() if isinstance(tags, str) else [str(tag) for tag in tags]
        words = words.split() if isinstance(words, str) else words
        matched += len(tags) == len(words)
        outside += any(tag in ("O", "o") or tag.startswith(("B-", "I-")) for tag in tags)
    return min(matched, outside) > 0.9 * len(rows)


def _example(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((row[name] for row in rows if row.get(name)), "none")
