"""Texts with an intent and named slots: JSON Lines with character spans, and the folders in which ATIS comes."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hiddenstate.data.delimited import damaged, decode_line, open_bytes
from hiddenstate.data.files import check_file
from hiddenstate.data.spans import Span, tags_of
from hiddenstate.data.tagged_table import TaggedTable, table_of_words, words_of
from hiddenstate.data.tokens import Token, TokenSettings
from hiddenstate.errors import InputError

ATIS_FILES = ("seq.in", "seq.out", "label")


def read_commands(path: Path, tokens: TokenSettings, *, labelled: bool = True) -> TaggedTable:
    """JSON Lines, each ``{"text": ..., "intent": ..., "slots": [{"start": 11, "stop": 16, "name": "time"}]}``.

    `start` and `stop` count characters of the text, `stop` not included. Words are cut as `tokens` say; a slot
    that ends inside a word takes the whole word, which `notes` counts. Without `labelled` only texts are read.
    Raises `InputError` with file and line for what is no such object, and for slots that overlap, are empty or
    leave the text.
    """
    texts: list[str] = []
    words: list[tuple[Token, ...]] = []
    tags: list[tuple[str, ...]] = []
    intents: list[str] = []
    widened = 0
    for place, row in _objects(path):
        text = _text(row, "text", place)
        cut = words_of(text, tokens)
        texts.append(text)
        words.append(cut)
        if labelled:
            intents.append(_text(row, "intent", place))
            spans, wider = _on_words(_slots(row, text, place), cut, place)
            tags.append(tuple(tags_of(spans, len(cut))))
            widened += wider
    if not texts:
        raise InputError(f"{path}: expected commands, got none. Give a file with a JSON object on each line.")
    notes = (f"{widened} slot(s) ended inside a word and were widened to the whole word",) if widened else ()
    if not labelled:
        return TaggedTable(tuple(texts), tuple(words), None, str(path))
    return TaggedTable(tuple(texts), tuple(words), tuple(tags), str(path), tuple(intents), notes)


def read_atis(folder: Path) -> TaggedTable:
    """The folder of one part of ATIS or SNIPS: ``seq.in``, ``seq.out`` and ``label``, line by line.

    Source: Goo et al. (2018), "Slot-gated modeling for joint slot filling and intent prediction".
    Raises `InputError` where files are missing or differ in their number of lines or words.
    """
    texts, tags, labels = (_plain_lines(folder / name) for name in ATIS_FILES)
    counts = [len(texts), len(tags), len(labels)]
    if len(set(counts)) != 1:
        raise InputError(
            f"{folder}: expected as many lines in {', '.join(ATIS_FILES)}, got {counts}. Check them."
        )
    sentences, rows = [text.split() for text in texts], [row.split() for row in tags]
    for number, (sentence, row) in enumerate(zip(sentences, rows, strict=True), start=1):
        if len(sentence) != len(row):
            raise InputError(
                f"{folder / 'seq.out'} line {number}: expected a tag for each of {len(sentence)} words, got "
                f"{len(row)}. Complete the line."
            )
    table = table_of_words(sentences, rows, str(folder))
    return TaggedTable(
        table.texts, table.words, table.tags, table.source, tuple(label.strip() for label in labels)
    )


def is_atis(path: Path) -> bool:
    """Whether `path` is a folder with the three files."""
    return path.is_dir() and all((path / name).is_file() for name in ATIS_FILES)


def commands_text(table: TaggedTable) -> str:
    """A table as the JSON Lines that `read_commands` reads; raises `InputError` without tags or intents."""
    from hiddenstate.data.spans import spans_of

    lines = []
    for text, words, tags, intent in zip(
        table.texts, table.words, table.known_tags(), table.known_intents(), strict=True
    ):
        slots = [
            {"start": words[span.start].start, "stop": words[span.stop - 1].stop, "name": span.name}
            for span in spans_of(tags)
        ]
        lines.append(json.dumps({"text": text, "intent": intent, "slots": slots}, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def _plain_lines(path: Path) -> list[str]:
    check_file(path)
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise damaged(path, error) from None


def _objects(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object with its place; empty lines are passed over."""
    check_file(path)
    try:
        with open_bytes(path) as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                place = f"{path} line {number}"
                try:
                    row = json.loads(decode_line(path, number, line))
                except (ValueError, RecursionError) as error:
                    raise InputError(
                        f"{place}: expected one JSON object, got: {error}. Correct the line."
                    ) from None
                if not isinstance(row, dict):
                    raise InputError(
                        f"{place}: expected one JSON object, got {type(row).__name__}. Correct the line."
                    )
                yield place, row
    except (OSError, EOFError) as error:
        raise damaged(path, error) from None


def _text(row: Mapping[str, Any], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or (key == "intent" and not value.strip()):
        got = f'no "{key}"' if value is None else json.dumps(value)
        raise InputError(
            f'{place}: expected a text as "{key}", got {got}. Write {{"text": ..., "intent": ...}}.'
        )
    return value


def _slots(row: Mapping[str, Any], text: str, place: str) -> list[Span]:
    """The slots as characters, in the order of the text."""
    given = row.get("slots", [])
    if not isinstance(given, list):
        raise InputError(f'{place}: expected a list as "slots", got {json.dumps(given)}. Write [] for none.')
    spans = []
    for slot in given:
        start, stop, name = (slot.get(key) if isinstance(slot, dict) else None for key in Span._fields)
        if type(start) is not int or type(stop) is not int or not isinstance(name, str) or not name.strip():
            raise InputError(
                f'{place}: expected a slot as {{"start": 0, "stop": 5, "name": "time"}}, got {json.dumps(slot)}. '
                "Correct it."
            )
        if not 0 <= start < stop <= len(text):
            raise InputError(
                f'{place}: expected slot "{name}" within the {len(text)} characters of the text, got {start} to '
                f"{stop}. Correct start and stop."
            )
        spans.append(Span(start, stop, name.strip()))
    spans.sort()
    for before, after in itertools.pairwise(spans):
        if after.start < before.stop:
            raise InputError(
                f'{place}: expected slots that stand apart, got "{before.name}" ({before.start} to {before.stop}) and '
                f'"{after.name}" ({after.start} to {after.stop}), which overlap. Keep one.'
            )
    return spans


def _on_words(slots: Sequence[Span], words: Sequence[Token], place: str) -> tuple[list[Span], int]:
    """The slots as words, and how many had to be widened."""
    spans: list[Span] = []
    widened = 0
    for start, stop, name in slots:
        inside = [number for number, word in enumerate(words) if word.start < stop and word.stop > start]
        if not inside:
            raise InputError(f'{place}: expected words in slot "{name}", got white space only. Correct it.')
        if spans and inside[0] < spans[-1].stop:
            raise InputError(
                f'{place}: expected slots of different words, got "{spans[-1].name}" and "{name}" in '
                f'"{words[inside[0]].form}". Keep one, or set task.tokens.unit.'
            )
        widened += words[inside[0]].start < start or words[inside[-1]].stop > stop
        spans.append(Span(inside[0], inside[-1] + 1, name))
    return spans, widened
