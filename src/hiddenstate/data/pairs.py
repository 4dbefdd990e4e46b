"""Files of pairs: on each line a sentence, a tab, and what is to be written for it."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.files import Source, check_file
from hiddenstate.data.text_table import TextTable, table_of
from hiddenstate.errors import InputError, SettingsError


@dataclass(frozen=True, kw_only=True)
class PairFileSettings:
    """How a file of pairs is read; section ``[data]`` of ``settings.toml``."""

    longest: int = 200
    """Words of a side at most: longer pairs are left out of training, longer sources refused."""

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise SettingsError(
                f"longest: expected 1 or more words, got {self.longest}. 200 suits sentences."
            )


@dataclass(frozen=True)
class PairTable:
    """n pairs of sentences."""

    source: str
    """The file, for messages."""
    sources: tuple[str, ...]
    """What is read."""
    targets: tuple[str, ...]
    """What is written."""
    notes: tuple[str, ...] = ()
    """What was left out of the file, and why."""

    def __len__(self) -> int:
        return len(self.sources)

    def plain(self) -> TextTable:
        """The sources as texts without labels, for splitting and for finding doubles."""
        return table_of(self.sources, source=self.source)

    def take(self, rows: NDArray[np.int64] | Sequence[int]) -> "PairTable":
        """The pairs at `rows`, in that order."""
        return PairTable(
            self.source,
            tuple(self.sources[row] for row in rows),
            tuple(self.targets[row] for row in rows),
        )


def read_pairs(source: Source, settings: PairFileSettings) -> PairTable:
    """Read a file of pairs, gzipped or not; pairs with an empty side or too many words are left out.

    Raises `InputError` for a line without a tab or with several, for text that is not UTF-8, and where no pair is
    left.
    """
    lines = _lines(source)
    sources, targets = [], []
    empty: list[int] = []
    long: list[int] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        sides = line.split("\t")
        if len(sides) != 2:
            tabs = "no tab" if len(sides) == 1 else f"{len(sides) - 1} tabs"
            raise InputError(
                f'{source} line {number}: expected a sentence, a tab and its translation, got {tabs}: "{line[:40]}". '
                "Part the two sides by one tab."
            )
        own, other = (" ".join(side.split()) for side in sides)
        if not own or not other:
            empty.append(number)
        elif max(own.count(" "), other.count(" ")) >= settings.longest:
            long.append(number)
        else:
            sources.append(own)
            targets.append(other)
    notes = [
        f"{len(numbers):,} pairs left out, {why}: line {', '.join(map(str, numbers[:5]))}"
        + (" and others." if len(numbers) > 5 else ".")
        for numbers, why in ((empty, "one side is empty"), (long, f"longer than {settings.longest} words"))
        if numbers
    ]
    if not sources:
        raise InputError(
            f"{source}: expected pairs of sentences, got none. {' '.join(notes) or 'The file is empty.'}"
        )
    return PairTable(str(source), tuple(sources), tuple(targets), tuple(notes))


def read_sources(source: Source) -> tuple[str, ...]:
    """The sentences of a file that are to be translated: whole lines, or what stands before the tab.

    Raises `InputError` for an empty file.
    """
    sentences = tuple(line.split("\t")[0].strip() for line in _lines(source))
    if not sentences:
        raise InputError(f"{source}: expected sentences, one a line, got an empty file. Give some.")
    return sentences


def check_length(texts: Sequence[str], longest: int) -> None:
    """Raise `InputError` for a text of more words than the model's training had at most."""
    for number, text in enumerate(texts, start=1):
        words = len(text.split())
        if words > longest:
            raise InputError(
                f"text {number}: expected at most {longest} words, got {words:,}. Translate it sentence by sentence."
            )


def _lines(source: Source) -> list[str]:
    if not isinstance(source, Path | str):
        raise InputError(
            f"expected the path of a file of pairs, got a {type(source).__name__}. Write it to a file."
        )
    path = Path(source)
    check_file(path)
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
        text = raw.decode("utf-8-sig")
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: expected a readable file, got: {error}. Check it.") from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path} line {line}: expected UTF-8, got byte 0x{raw[error.start]:02x}. Convert the file to UTF-8."
        ) from None
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
