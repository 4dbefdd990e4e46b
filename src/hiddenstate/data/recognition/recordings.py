"""Telling recordings: a folder of sound files, or a table of them."""

import re
import struct
from collections import Counter
from pathlib import Path

from hiddenstate.data.recognition.column import Column
from hiddenstate.data.recognition.grid import Grid
from hiddenstate.data.recognition.guess import Guess

ENDINGS = frozenset(
    (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aif", ".aiff", ".wma", ".au")
)
MOST_HEADERS = 50


def guess_sound_folder(folder: Path, files: list[Path]) -> Guess | None:
    """Sound files in folders named after their label, or with the label in their names."""
    sounds = [path for path in files if path.suffix.lower() in ENDINGS]
    if not sounds or len(sounds) < 0.5 * len(files):
        return None
    by_folder = Counter(
        path.relative_to(folder).parts[-2] for path in sounds if len(path.relative_to(folder).parts) > 1
    )
    evidence = [
        f"{len(sounds):,} sound files ({', '.join(sorted({path.suffix.lower() for path in sounds}))})."
    ]
    roles = {}
    facts: dict[str, object] = {"rows": len(sounds)}
    if len(by_folder) > 1:
        evidence.append(
            f"In {len(by_folder)} folders, one for each label: {', '.join(sorted(by_folder)[:6])}."
        )
        roles["target"] = "name of the folder"
        facts["classes"] = len(by_folder)
    elif labels := _labels_in_names([path.stem for path in sounds]):
        place, counts = labels
        evidence.append(
            f"Part {place + 1} of each name comes again ({len(counts)} different ones: "
            f"{', '.join(sorted(counts)[:6])}): perhaps the label."
        )
        roles["target"] = f"part {place + 1} of the name"
        facts["classes"] = len(counts)
    if described := _described([path for path in sounds if path.suffix.lower() == ".wav"]):
        text, seconds = described
        evidence.append(text)
        facts["seconds"] = seconds
    return Guess("recordings", 0.95, tuple(evidence), roles, (), facts)


def guess_sound_table(grid: Grid) -> Guess | None:
    """A column of names of sound files, and perhaps one of labels or of what is said."""
    files = next((column for column in grid.columns if column.audio), None)
    if files is None:
        return None
    others = [column for column in grid.columns if column is not files]
    label = _label(others)
    roles = {"file": files.name, **({"target": label.name} if label else {})}
    evidence = [grid.described, f'"{files.name}" names sound files, for example {files.filled[0]}.']
    facts: dict[str, object] = {"rows": grid.total}
    if label is not None:
        spoken = label.free
        evidence.append(
            f'"{label.name}" says '
            + (
                "what is spoken in each."
                if spoken
                else f"which of {len(label.counts)} labels each has: {', '.join(list(label.counts)[:5])}."
            )
        )
        facts["classes"] = len(label.counts)
        facts["spoken"] = spoken
    return Guess("recordings", 0.97, tuple(evidence), roles, (), facts)


def wave_header(path: Path) -> tuple[int, int, float] | None:
    """Samples a second, channels and seconds of a RIFF wave file; ``None`` for anything else.

    Source: Microsoft, "Multiple Channel Audio Data and WAVE Files": chunks "fmt " and "data".
    """
    try:
        with path.open("rb") as file:
            if (head := file.read(12))[:4] != b"RIFF" or head[8:12] != b"WAVE":
                return None
            rate = channels = bytes_a_second = 0
            while len(chunk := file.read(8)) == 8:
                name, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
                if name == b"fmt ":
                    body = file.read(size)
                    channels, rate, bytes_a_second = struct.unpack("<xxHII", body[:12])
                elif name == b"data":
                    return rate, channels, size / bytes_a_second if bytes_a_second else 0.0
                else:
                    file.seek(size + size % 2, 1)
    except (OSError, struct.error):
        return None
    return None


def _described(waves: list[Path]) -> tuple[str, float] | None:
    headers = [header for path in waves[:MOST_HEADERS] if (header := wave_header(path)) is not None]
    if not headers:
        return None
    rates = sorted({rate for rate, _, _ in headers})
    seconds = sum(length for _, _, length in headers) / len(headers)
    return (
        f"{seconds:.1f} seconds on average, {' and '.join(f'{rate:,}' for rate in rates)} samples a second "
        f"(from the headers of {len(headers)} files).",
        round(seconds, 2),
    )


def _labels_in_names(stems: list[str]) -> tuple[int, Counter[str]] | None:
    parts = [re.split(r"[_\-. ]+", stem) for stem in stems]
    width, count = Counter(map(len, parts)).most_common(1)[0]
    if width < 2 or count < 0.9 * len(parts):
        return None
    for place in range(width):
        values = Counter(part[place] for part in parts if len(part) == width)
        if 2 <= len(values) <= max(2, len(stems) // 3):
            return place, values
    return None


def _label(columns: list[Column]) -> Column | None:
    found = [column for column in columns if column.classes and not column.numeric]
    found += [column for column in columns if column.free]
    found += [column for column in columns if column.classes]
    return found[0] if found else None
