"""Tagged corpora: CoNLL-U, and files of columns with a blank line between sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hiddenstate.choices import closest
from hiddenstate.data.delimited import damaged, decode_line, open_bytes
from hiddenstate.data.files import check_file
from hiddenstate.data.tagged_table import TagFileSettings, TaggedTable, table_of_words
from hiddenstate.errors import InputError

CONLL_U = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
"""The columns of CoNLL-U by name. Source: Universal Dependencies, "CoNLL-U format"."""
DOCUMENT = "-DOCSTART-"
EMPTY = "_"
_WORD_ID = re.compile(r"\d+")
_OTHER_ID = re.compile(r"\d+-\d+|\d+\.\d+")

Line = tuple[int, str]
"""Its number, counted from 1, and its text without the break."""


def read_conll_u(path: Path, settings: TagFileSettings) -> TaggedTable:
    """Words and one of their columns. Comments, multi-word tokens ("3-4") and empty nodes ("5.1") are passed over.

    Raises `InputError` with file and line for a row that has not ten columns separated by tabs, for numbers of
    words that do not count up from 1, and for a word without a tag.
    """
    column = _named_column(path, settings.column or "upos")
    sentences, tags, notes = [], [], []
    empty = 0
    for block in _blocks(path, settings):
        words: list[str] = []
        row: list[str] = []
        for number, line in block:
            if line.startswith("#"):
                continue
            fields = _conll_u_row(path, number, line)
            if _OTHER_ID.fullmatch(fields[0]):
                continue
            if fields[0] != str(len(words) + 1):
                raise InputError(
                    f'{path} line {number}: expected word number {len(words) + 1}, got "{fields[0]}". '
                    "Number the words of a sentence from 1, with a blank line after the last."
                )
            words.append(fields[1])
            row.append(_tag(path, number, fields[column], CONLL_U[column]))
        if words:
            sentences.append(words)
            tags.append(row)
        else:
            empty += 1
    if empty:
        notes.append(f"{empty} sentence(s) have no words and were passed over")
    return _finished(path, sentences, tags, notes)


def read_columns(path: Path, settings: TagFileSettings, *, tagged: bool = True) -> TaggedTable:
    """Words and tags of a file of columns; rows that begin with "-DOCSTART-" divide documents.

    The columns are separated by tabs if the first row has one, otherwise by spaces. Without `tagged` the words
    alone are read.
    Raises `InputError` with file and line for a row with fewer or more columns than the first, with the other
    separator, or without a word or tag; and for a file without blank lines.
    """
    sentences: list[list[str]] = []
    tags: list[list[str]] = []
    first: tuple[int, bool, int] | None = None  # line, tabs, columns of the first row
    for block in _blocks(path, settings):
        words: list[str] = []
        row: list[str] = []
        for number, line in block:
            if line.split(None, 1)[0] == DOCUMENT:
                _keep(sentences, tags, words, row)
                words, row = [], []
                continue
            first = first or (number, "\t" in line, len(_fields(line, "\t" in line)))
            fields = _row(path, number, line, first)
            word = fields[_column(path, first, settings.word_column, "word_column")]
            if not word:
                raise InputError(f"{path} line {number}: expected a word, got nothing. Fill it in.")
            words.append(word)
            if tagged:
                row.append(_tag(path, number, fields[_tag_column(path, first, settings)], "tag"))
        _keep(sentences, tags, words, row)
    return _finished(path, sentences, tags if tagged else None, [])


def looks_like_conll_u(path: Path) -> bool:
    """Whether the first row has the ten columns of CoNLL-U and begins with the number 1."""
    for _, line in _lines(path):
        if line.strip() and not line.startswith("#"):
            fields = line.split("\t")
            return len(fields) == len(CONLL_U) and re.fullmatch(r"1(-\d+)?|0\.1", fields[0]) is not None
    return False


def conll_text(sentences: Iterable[tuple[Sequence[str], Sequence[str]]]) -> str:
    r"""Words and tags as a file of two columns separated by tabs.

    >>> conll_text([(["New", "York"], ["B-LOC", "I-LOC"])])
    'New\tB-LOC\nYork\tI-LOC\n\n'
    """
    blocks = (
        "".join(f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True))
        for words, tags in sentences
    )
    return "".join(f"{block}\n" for block in blocks)


def _keep(sentences: list[list[str]], tags: list[list[str]], words: list[str], row: list[str]) -> None:
    if words:
        sentences.append(words)
        tags.append(row)


def _finished(
    path: Path, sentences: list[list[str]], tags: list[list[str]] | None, notes: list[str]
) -> TaggedTable:
    if not sentences:
        raise InputError(f"{path}: expected sentences, got none. Give a file with words and tags.")
    table = table_of_words(sentences, tags, str(path))
    return TaggedTable(table.texts, table.words, table.tags, table.source, notes=tuple(notes))


def _blocks(path: Path, settings: TagFileSettings) -> Iterator[list[Line]]:
    """The lines between blank ones; a line that holds only white space is blank."""
    block: list[Line] = []
    for number, line in _lines(path):
        if not line.strip():
            if block:
                yield block
            block = []
            continue
        block.append((number, line))
        if len(block) > settings.longest_sentence:
            raise InputError(
                f"{path} line {number}: expected a blank line after each sentence, got "
                f"{len(block):,} lines without one. Put them in, or raise data.longest_sentence."
            )
    if block:
        yield block


def _lines(path: Path) -> Iterator[Line]:
    check_file(path)
    try:
        with open_bytes(path) as file:
            for number, line in enumerate(file, start=1):
                text = decode_line(path, number, line).rstrip("\r\n")
                yield number, text.removeprefix("\ufeff") if number == 1 else text
    except (OSError, EOFError) as error:
        raise damaged(path, error) from None


def _conll_u_row(path: Path, number: int, line: str) -> list[str]:
    fields = line.split("\t")
    if len(fields) != len(CONLL_U):
        hint = (
            "Separate them by tabs, not spaces." if len(line.split()) >= len(CONLL_U) else "Complete the row."
        )
        raise InputError(
            f"{path} line {number}: expected the {len(CONLL_U)} columns of CoNLL-U separated by tabs, got "
            f"{len(fields)}. {hint}"
        )
    if not (_WORD_ID.fullmatch(fields[0]) or _OTHER_ID.fullmatch(fields[0])):
        raise InputError(
            f'{path} line {number}: expected the number of a word, got "{fields[0]}". Correct the first column.'
        )
    if not fields[1]:
        raise InputError(f"{path} line {number}: expected a word, got nothing. Fill it in.")
    return fields


def _row(path: Path, number: int, line: str, first: tuple[int, bool, int]) -> list[str]:
    line_of_first, tabs, columns = first
    if tabs != ("\t" in line) and (columns > 1 or "\t" in line):
        wanted, got = ("tabs", "spaces") if tabs else ("spaces", "tabs")
        raise InputError(
            f"{path} line {number}: expected columns separated by {wanted}, as on line {line_of_first}, got {got}. "
            "Use the same in the whole file."
        )
    fields = _fields(line, tabs)
    if len(fields) != columns:
        raise InputError(
            f"{path} line {number}: expected {columns} columns, as on line {line_of_first}, got {len(fields)}. "
            "Complete the row, or leave a blank line between sentences."
        )
    return fields


def _fields(line: str, tabs: bool) -> list[str]:
    return [field.strip() for field in line.split("\t")] if tabs else line.split()


def _column(path: Path, first: tuple[int, bool, int], number: int, name: str) -> int:
    if not 1 <= number <= first[2]:
        raise InputError(
            f"{path} line {first[0]}: expected {name} {number} of the row, got {first[2]} column(s). "
            "Name another column."
        )
    return number - 1


def _tag_column(path: Path, first: tuple[int, bool, int], settings: TagFileSettings) -> int:
    if settings.column is not None:
        if not settings.column.isdecimal():
            raise InputError(
                f'{path}: expected the number of a column, got "{settings.column}". Names are for CoNLL-U.'
            )
        return _column(path, first, int(settings.column), "column")
    if first[2] < 2:
        raise InputError(
            f"{path} line {first[0]}: expected a word and a tag, got one column. Give a tagged file."
        )
    return first[2] - 1


def _named_column(path: Path, name: str) -> int:
    if name.isdecimal() and 1 <= int(name) <= len(CONLL_U):
        return int(name) - 1
    if name.lower() not in CONLL_U[1:]:
        raise InputError(f'{path}: expected a column of CoNLL-U, got "{name}". {closest(name, CONLL_U[2:])}')
    return CONLL_U.index(name.lower())


def _tag(path: Path, number: int, tag: str, column: str) -> str:
    if not tag or (tag == EMPTY and column != "tag"):
        raise InputError(
            f'{path} line {number}, column "{column}": expected a tag, got '
            f"{'nothing' if not tag else 'an underscore'}. Fill it in."
        )
    return tag
