"""The beginning of a file: enough to tell what it is, however large it is."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from hiddenstate.data.files import check_file
from hiddenstate.data.recognition.guess import Remedy
from hiddenstate.errors import InputError

SAMPLE_BYTES = 1_000_000
"""So much of a file is read."""
MOST_LINES = 5_000
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")


@dataclass(frozen=True)
class Sample:
    """The first lines of a file."""

    path: Path
    lines: tuple[str, ...]
    """Without line ends; the last one is left out where it was cut."""
    whole: bool
    """Whether these are all lines of the file."""
    total: int
    """Lines of the file; reckoned from its size where it was not read to its end."""
    encoding: str

    @property
    def ending(self) -> str:
        """The ending in lower case, that of packing aside: ".csv"."""
        name = self.path.name.lower().removesuffix(".gz")
        return Path(name).suffix

    @property
    def hindrances(self) -> tuple[Remedy, ...]:
        """What keeps training from reading the file's characters."""
        if self.encoding == "utf-8-sig":
            return ()
        source = {"utf-16": "UTF-16", "cp1252": "WINDOWS-1252"}.get(self.encoding, "ISO-8859-1")
        return (
            Remedy(
                "It is not written in UTF-8.",
                f"{{cat}} | iconv -f {source} -t UTF-8 > {{target}}",
                self.ending or ".txt",
            ),
        )


def read_sample(path: Path) -> Sample:
    """Read the beginning of a text file, plain or in gzip.

    Raises `InputError` for a file that is missing, empty, damaged or binary.
    """
    check_file(path)
    try:
        data, whole, consumed = _first_bytes(path)
    except (OSError, EOFError) as error:
        raise InputError(
            f"{path}: expected a readable file, got: {error}. Fetch or write it again."
        ) from None
    text, encoding = _decoded(data, path)
    lines = text.splitlines() if "\n" not in text else text.split("\n")
    if not whole and len(lines) > 1:
        lines.pop()
    while lines and not lines[-1].strip():
        lines.pop()
    shown = lines[:MOST_LINES]
    size = path.stat().st_size
    total = len(lines) if whole else max(len(lines), round(len(lines) * size / max(consumed, 1)))
    cleaned = tuple(line.rstrip("\r") for line in shown)
    if not cleaned:
        raise InputError(f"{path}: expected text, got empty lines only. Give a file with data.")
    return Sample(path, cleaned, whole and len(shown) == len(lines), total, encoding)


def _first_bytes(path: Path) -> tuple[bytes, bool, int]:
    """The beginning, whether it is everything, and how many bytes of the file on disk it took."""
    with path.open("rb") as raw:
        if path.name.lower().endswith(".gz"):
            with gzip.GzipFile(fileobj=raw) as file:
                data = file.read(SAMPLE_BYTES)
                return data, len(file.read(1)) == 0, min(raw.tell(), path.stat().st_size)
        data = raw.read(SAMPLE_BYTES)
        return data, len(raw.read(1)) == 0, len(data)


def _decoded(data: bytes, path: Path) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "utf-16"
    if b"\0" in data:
        raise InputError(
            f"{path}: expected text, a table, or a folder of recordings, got binary data. "
            "Unpack it, or export it as CSV."
        )
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            # A character cut in two by the end of the sample is no fault of the file.
            if encoding == "utf-8-sig" and error.start >= len(data) - 4 and len(data) == SAMPLE_BYTES:
                return data[: error.start].decode(encoding), encoding
    raise AssertionError("latin-1 decodes every byte")
