"""Word vectors from files: GloVe and word2vec, text and binary, plain or gzip."""

import gzip
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.vocabulary import UNKNOWN, Vocabulary
from hiddenstate.errors import InputError

GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, eq=False)
class Vectors:
    """Words and their vectors, as read from a file."""

    forms: tuple[str, ...]
    matrix: NDArray[np.float32]
    """(words, size)"""
    source: str

    @property
    def size(self) -> int:
        """Numbers per word."""
        return int(self.matrix.shape[1])


@dataclass(frozen=True)
class Coverage:
    """How much of a vocabulary has a vector."""

    found: int
    total: int
    missing: tuple[str, ...]
    """The most frequent words without a vector, at most 20."""

    def __str__(self) -> str:
        share = 100.0 * self.found / max(self.total, 1)
        examples = f"; without: {', '.join(self.missing[:5])}" if self.missing else ""
        return f"{self.found:,} of {self.total:,} words have a vector ({share:.1f} %){examples}"


def read_vectors(path: Path, wanted: Collection[str] | None = None) -> Vectors:
    """Read a vectors file; `wanted` keeps only those words, so that a large file costs little memory.

    The format is recognised: word2vec files begin with a line of two numbers, binary ones go on with
    bytes that are no text. A word that stands twice keeps its first vector.
    Raises `InputError` naming file and line for a broken line or one of another size, for a file that
    ends early, and for one without vectors.
    """
    wanted_set = set(wanted) if wanted is not None else None
    try:
        with _open(path) as file:
            header = _header(file)
            if header is None:
                pairs = _read_text(file, path, None, wanted_set)
            elif _is_binary(file):
                pairs = _read_binary(file, path, header, wanted_set)
            else:
                pairs = _read_text(file, path, header, wanted_set)
            vectors: dict[str, NDArray[np.float32]] = {}
            for form, vector in pairs:
                vectors.setdefault(form, vector)
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: expected a readable vectors file, got: {error}. Check the path.") from None
    if not vectors:
        what = "a vector for a word of the vocabulary" if wanted is not None else "vectors"
        raise InputError(f"{path}: expected {what}, found none. Check that it is a GloVe or word2vec file.")
    return Vectors(tuple(vectors), np.stack(list(vectors.values())), str(path))


def embedding_matrix(
    vocabulary: Vocabulary, vectors: Vectors, random: np.random.Generator
) -> tuple[NDArray[np.float32], Coverage]:
    """A row for every word of the vocabulary, and how many come from the file.

    A word that the file has only in lower case takes that vector. Other words, the unknown one
    included, are drawn with the spread of the file's own vectors; padding is zero.
    Returns ((words, size), coverage).
    """
    rows = {form: row for row, form in enumerate(vectors.forms)}
    matrix = random.normal(0.0, float(vectors.matrix.std()), (len(vocabulary), vectors.size)).astype(
        np.float32
    )
    matrix[0] = 0.0
    missing: list[str] = []
    for number, form in enumerate(vocabulary.forms[UNKNOWN + 1 :], start=UNKNOWN + 1):
        row = rows.get(form, rows.get(form.lower()))
        if row is None:
            missing.append(form)
        else:
            matrix[number] = vectors.matrix[row]
    total = len(vocabulary) - UNKNOWN - 1
    return matrix, Coverage(total - len(missing), total, tuple(missing[:20]))


def _open(path: Path) -> BufferedReader:
    with path.open("rb") as probe:
        packed = probe.read(2) == GZIP_MAGIC
    opener = cast(Callable[[Path], BinaryIO], gzip.open if packed else lambda place: place.open("rb"))
    return BufferedReader(opener(path))  # type: ignore[arg-type]


def _header(file: BufferedReader) -> tuple[int, int] | None:
    """(words, size) of word2vec's first line, which is then consumed; None for a GloVe file."""
    first = file.peek(128)[:128].split(b"\n", 1)[0].split()
    if len(first) == 2 and first[0].isdigit() and first[1].isdigit():
        file.readline()
        return int(first[0]), int(first[1])
    return None


def _is_binary(file: BufferedReader) -> bool:
    """Whether the first vector after a word2vec header is bytes and not digits."""
    after_word = file.peek(256)[:256].partition(b" ")[2]
    return bool(after_word.translate(None, b"0123456789+-.eE \r\n"[:]) and not _looks_numeric(after_word))


def _looks_numeric(data: bytes) -> bool:
    try:
        float(data.split()[0])
    except (ValueError, IndexError):
        return False
    return True


def _read_text(
    file: BufferedReader, path: Path, header: tuple[int, int] | None, wanted: set[str] | None
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    size = header[1] if header else None
    first_line = 2 if header else 1
    line_number = first_line - 1
    for line_number, line in enumerate(file, start=first_line):
        parts = line.rstrip().split(b" ")
        if size is None:
            size = len(parts) - 1
        if parts == [b""]:
            continue
        if len(parts) - 1 < size or size < 1:
            raise _broken(path, line_number, f"{size} numbers", f"{len(parts) - 1}")
        # GloVe's largest files hold a few words with spaces in them: the numbers are the last `size`.
        form = b" ".join(parts[:-size]).decode("utf-8", errors="replace")
        if len(parts) - 1 > size and _looks_numeric(parts[-size - 1]):
            raise _broken(path, line_number, f"{size} numbers", f"{len(parts) - 1}")
        if wanted is not None and form not in wanted and form.lower() not in wanted:
            continue
        try:
            vector = np.array(parts[-size:], dtype=np.float32)
        except ValueError:
            raise _broken(
                path, line_number, f"{size} numbers", line[:40].decode("utf-8", "replace").strip()
            ) from None
        if not np.isfinite(vector).all():
            raise _broken(path, line_number, "finite numbers", "NaN or infinity")
        yield form, vector
    if header and line_number - 1 < header[0]:
        raise _broken(path, line_number, f"{header[0]} words, as the first line says", f"{line_number - 1}")


def _read_binary(
    file: BufferedReader, path: Path, header: tuple[int, int], wanted: set[str] | None
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    words, size = header
    for number in range(words):
        form_bytes = bytearray()
        while (byte := file.read(1)) not in (b" ", b""):
            form_bytes += byte
        data = file.read(4 * size)
        if len(data) < 4 * size:
            raise InputError(
                f"{path} word {number + 1}: expected {words} words of {size} numbers, got the file's end. "
                "Fetch the file again."
            )
        form = form_bytes.lstrip(b"\n").decode("utf-8", errors="replace")
        if wanted is None or form in wanted or form.lower() in wanted:
            yield form, np.frombuffer(data, dtype="<f4").astype(np.float32)


def _broken(path: Path, line: int, expected: str, got: str) -> InputError:
    return InputError(f"{path} line {line}: expected {expected}, got {got}. Correct or remove the line.")
