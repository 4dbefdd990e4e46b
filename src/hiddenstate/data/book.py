"""One long text: read from a file, cleaned a little, cut into three stretches in the order of the text."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from hiddenstate.data.files import check_file
from hiddenstate.data.split_shares import check_shares, held_back
from hiddenstate.errors import InputError

ENCODINGS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""Marks at the beginning of a file, and the encodings that they stand for."""


@dataclass(frozen=True, kw_only=True)
class BookSplitSettings:
    """Shares of the text, counted in characters; section ``[split]`` of ``settings.toml``.

    Learnt from is the beginning, chosen on what follows, measured on the end: a text is never shuffled.
    """

    validation: float = 0.05
    test: float | str = 0.1
    """A share, or the path of another text."""

    def __post_init__(self) -> None:
        check_shares(self.validation, self.test, "text to learn from")

    @property
    def test_share(self) -> float:
        """Share that is held back for the test: none where it has a file of its own."""
        return held_back(self.test)


@dataclass(frozen=True)
class Book:
    """A text and what was noticed about its file."""

    text: str
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BookParts:
    """Three stretches of text; the first two follow each other."""

    train: str
    validation: str
    test: str
    source: str
    notes: tuple[str, ...] = ()

    @property
    def characters(self) -> dict[str, int]:
        """How long each part is."""
        return {
            "training": len(self.train),
            "validation": len(self.validation),
            "test": len(self.test),
        }


def read_book(path: Path | str) -> Book:
    """The text of a file, plain or packed (``.gz``), in UTF-8 or, with a mark at its beginning, UTF-16.

    Line ends of Windows and old Macs become plain ones, which is noted. Raises `InputError` for a file that is
    missing, empty or no text.
    """
    path = Path(path)
    check_file(path)
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix.lower() == ".gz" else data
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: expected a readable text, got: {error}. Check the file.") from None
    encoding = next((name for mark, name in ENCODINGS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path} line {line}: expected text in UTF-8, got the byte 0x{data[error.start]:02x}. "
            "Save the file as UTF-8; a program or an archive is no text."
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(
            f"{path} line {line}: expected text, got a zero character, which only binary files have. "
            "Give a plain text file."
        )
    notes = []
    windows = text.count("\r\n")
    if windows or "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        notes.append(f"{path.name}: line ends of Windows or old Macs became plain ones.")
    if not text.strip():
        raise InputError(f"{path}: expected a text, got nothing but blanks. Give a file with words in it.")
    return Book(text, str(path), tuple(notes))


def cut_book(book: Book, split: BookSplitSettings) -> BookParts:
    """Cut a text where the shares say, in its own order; the test text may come from a file of its own.

    Raises `InputError` where nothing is left to learn from or to measure on.
    """
    count = len(book.text)
    last = count - round(split.test_share * count)
    first = last - round(split.validation * count)
    test, notes = book.text[last:], list(book.notes)
    if isinstance(split.test, str):
        other = read_book(split.test)
        test, notes = other.text, [*notes, *other.notes]
    if len(test) < 2:
        raise InputError(
            f"{book.source}: expected at least 2 characters to measure on, got {len(test)} with a test share of "
            f"{split.test}. Raise --test, or name another text."
        )
    return BookParts(book.text[:first], book.text[first:last], test, book.source, tuple(notes))
