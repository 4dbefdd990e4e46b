"""The list of a bundle's files with their sizes and digests, by which damage is found."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiddenstate import __version__
from hiddenstate.errors import BundleError

MANIFEST = "manifest.json"
FORMAT = 1
"""Version of the bundle's layout; it goes up when an older toolkit could no longer read the result."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class FileEntry:
    """What a file must look like to be the one that was written."""

    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal."""


@dataclass(frozen=True)
class Manifest:
    """What a bundle consists of and which toolkit wrote it."""

    kind: str
    """What the model does, for example ``"forecaster"``."""
    files: Mapping[str, FileEntry]
    """Every file but the manifest itself."""
    format: int = FORMAT
    toolkit: str = __version__
    """Version of the toolkit that wrote the bundle."""

    def to_json(self) -> str:
        """The text of ``manifest.json``."""
        files = {name: {"size": entry.size, "sha256": entry.sha256} for name, entry in self.files.items()}
        facts = {"format": self.format, "toolkit": self.toolkit, "kind": self.kind, "files": files}
        return json.dumps(facts, indent=2) + "\n"


def describe(kind: str, files: Mapping[str, bytes]) -> Manifest:
    """The manifest of `files` (name -> bytes). Raises `BundleError` for a name that is not a plain one.

    >>> describe("forecaster", {"card.md": b"# A model"}).files["card.md"].size
    9
    """
    for name in files:
        if name == MANIFEST or not is_plain(name):
            raise BundleError(
                f'expected a plain file name, got "{name}". Use letters, digits, ".", "_", "-".'
            )
    entries = {
        name: FileEntry(len(data), hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())
    }
    return Manifest(kind, entries)


def is_plain(name: str) -> bool:
    """Whether `name` is a file name and cannot point outside its folder.

    >>> is_plain("parity.json"), is_plain("../parity.json")
    (True, False)
    """
    return _PLAIN_NAME.fullmatch(name) is not None


def read_manifest(folder: Path) -> Manifest:
    """Read ``manifest.json``. Raises `BundleError` when it is damaged or from a newer toolkit."""
    path = folder / MANIFEST
    try:
        facts = json.loads(path.read_bytes())
        number, toolkit = facts["format"], facts["toolkit"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from None
    if not isinstance(number, int) or number < 1:
        raise _damaged(path, f"format {number!r}")
    # Before anything else is looked at: a newer layout may differ everywhere but here.
    if number > FORMAT:
        raise BundleError(
            f"{folder}: expected bundle format {FORMAT} or older (this is hiddenstate {__version__}), got "
            f"format {number}. Install hiddenstate {toolkit} or newer, which wrote it."
        )
    try:
        return Manifest(str(facts["kind"]), _entries(facts["files"]), number, str(toolkit))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from None


def check_file(folder: Path, name: str, entry: FileEntry) -> None:
    """Compare a file with its entry. Raises `BundleError` naming the file when it differs."""
    path = folder / name
    try:
        size = path.stat().st_size
        if size != entry.size:
            raise BundleError(f"{path}: expected {entry.size} bytes, got {size}. {_REMEDY}")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise BundleError(f"{path}: expected this file in the bundle, found none. {_REMEDY}") from None
    except OSError as error:
        raise BundleError(f"{path}: expected a readable file, got: {error.strerror}. {_REMEDY}") from None
    if digest != entry.sha256:
        raise BundleError(
            f"{path}: expected the contents that were saved, got others (damage or an edit). {_REMEDY}"
        )


_REMEDY = "Restore the file from a copy or train the model again."


def _entries(files: Any) -> dict[str, FileEntry]:
    entries = {name: FileEntry(int(entry["size"]), str(entry["sha256"])) for name, entry in files.items()}
    for name in entries:
        if not is_plain(name):
            raise ValueError(f'the file name "{name}"')
    return entries


def _damaged(path: Path, reason: object) -> BundleError:
    return BundleError(f"{path}: expected the list of a bundle's files, got: {reason}. {_REMEDY}")
