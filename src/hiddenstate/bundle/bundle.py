"""A trained model on the disk: a folder that opens on any machine, without the training file.

Nothing in it is executed on opening: TOML, JSON, safetensors, Markdown and HTML, no pickle.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from hiddenstate.bundle.contents import CARD, ENCODERS, FILES, METRICS, SETTINGS, WEIGHTS, Contents
from hiddenstate.bundle.disk import check_writable, left_behind, write_folder
from hiddenstate.bundle.manifest import (
    MANIFEST,
    FileEntry,
    Manifest,
    check_file,
    describe,
    read_manifest,
)
from hiddenstate.bundle.weights import read_arrays, read_tensors
from hiddenstate.errors import BundleError, OutputError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Bundle:
    """An opened bundle, every file of it compared with its digest."""

    folder: Path
    kind: str
    """What the model does, for example ``"forecaster"``."""
    toolkit: str
    """Version of the toolkit that wrote it."""
    settings: dict[str, Any]
    """For `hiddenstate.settings.from_dict`."""
    encoders: dict[str, Any]
    metrics: dict[str, Any]
    card: str
    """Markdown."""
    files: Mapping[str, FileEntry]
    """Size and digest by file name."""

    def load_weights(self) -> dict[str, NDArray[Any]]:
        """The weights by name as NumPy arrays; imports no torch."""
        return read_arrays(self.folder / WEIGHTS)

    def load_tensors(self) -> dict[str, torch.Tensor]:
        """The weights by name as torch tensors on the CPU, ready for ``load_state_dict``."""
        return read_tensors(self.folder / WEIGHTS)

    def read(self, name: str) -> bytes:
        """A file of the bundle, for example ``parity.json``. Raises `BundleError` when it has none."""
        if name not in self.files:
            listing = ", ".join(self.files)
            raise BundleError(f'{self.folder}: expected a file "{name}", found none. It has: {listing}.')
        return (self.folder / name).read_bytes()


def save_bundle(folder: Path | str, contents: Contents, *, force: bool = False) -> None:
    """Write `contents` to `folder`: all of it, or nothing.

    With `force` an earlier bundle is replaced: it is swapped out and removed only when the new one is
    in place. Raises `OutputError` when something stands there that may not be replaced, or when the
    disk is full or not writable; whatever was there is then untouched.
    """
    folder = Path(folder)
    check_target(folder, force=force)
    files = contents.to_files()
    manifest = describe(contents.kind, files)
    write_folder(folder, {**files, MANIFEST: manifest.to_json().encode()})


def check_target(folder: Path | str, *, force: bool = False) -> None:
    """Find out whether a bundle could be saved to `folder`; worth asking before training.

    Raises `OutputError` when a file or a folder with anything in it stands there and `force` is off,
    when `force` would delete something that is no bundle, or when nothing can be written there.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: expected a folder for the model, got a file. Choose another place.")
    if folder.is_dir():
        present = {path.name for path in folder.iterdir()}
        if present and not force:
            raise OutputError(
                f"{folder}: expected a new folder, got one with {len(present)} files. "
                "Choose another place, or use --force (force=True) to replace a model."
            )
        _refuse_strangers(folder, present)
    check_writable(folder)


def open_bundle(folder: Path | str) -> Bundle:
    """Open a bundle and compare every file with its digest; imports no torch.

    Raises `BundleError` naming the file that is missing, truncated or changed; for a folder that is no
    bundle; and for a bundle of a newer format, saying which version of the toolkit reads it.
    """
    folder = Path(folder)
    _check_is_bundle(folder)
    manifest = read_manifest(folder)
    for name in FILES:
        if name not in manifest.files:
            raise BundleError(
                f"{folder / MANIFEST}: expected an entry for {name}, found none. "
                "Restore the file from a copy or train the model again."
            )
    for name, entry in manifest.files.items():
        check_file(folder, name, entry)
    return _read(folder, manifest)


def open_kind(folder: Path | str, kind: str) -> Bundle:
    """As `open_bundle`, for the commands of one kind. Raises `BundleError` for a bundle of another kind, too."""
    bundle = open_bundle(folder)
    if bundle.kind != kind:
        article = "an" if kind[0] in "aeiou" else "a"
        raise BundleError(
            f"{folder}: expected {article} {kind}, got a {bundle.kind}. Use the command for that kind."
        )
    return bundle


def _read(folder: Path, manifest: Manifest) -> Bundle:
    """Parse the files that are small. Their digests match, so a failure here is the writer's."""
    try:
        return Bundle(
            folder=folder,
            kind=manifest.kind,
            toolkit=manifest.toolkit,
            settings=tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8")),
            encoders=json.loads((folder / ENCODERS).read_bytes()),
            metrics=json.loads((folder / METRICS).read_bytes()),
            card=(folder / CARD).read_text(encoding="utf-8"),
            files=manifest.files,
        )
    except (OSError, ValueError) as error:
        raise BundleError(
            f"{folder}: expected readable files, got: {error}. Train the model again."
        ) from None


def _check_is_bundle(folder: Path) -> None:
    if folder.is_file():
        raise BundleError(f"{folder}: expected the folder of a model, got a file. Give the folder.")
    if not folder.is_dir():
        earlier = left_behind(folder)
        remedy = f"A save was cut off: rename {earlier[-1]} to {folder}." if earlier else "Check the path."
        raise BundleError(f"{folder}: expected the folder of a model, found nothing. {remedy}")
    if (folder / MANIFEST).exists():
        return
    known = [name for name in FILES if (folder / name).exists()]
    if known:
        raise BundleError(
            f"{folder / MANIFEST}: expected this file beside {', '.join(known)}, found none. "
            "Restore it from a copy or train the model again."
        )
    raise BundleError(
        f"{folder}: expected the folder of a model (with {MANIFEST}), got one with "
        f"{_listing(folder)}. Give the folder that training wrote."
    )


def _listing(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir())
    if not names:
        return "nothing in it"
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _refuse_strangers(folder: Path, present: set[str]) -> None:
    """A replacement deletes the folder, so everything in it must be ours."""
    if not present:
        return
    if MANIFEST not in present:
        raise OutputError(
            f"{folder}: expected a model to replace, got a folder without {MANIFEST}. "
            "Choose another place; nothing was deleted."
        )
    try:
        ours = {MANIFEST, *FILES, *read_manifest(folder).files}
    except BundleError:  # damaged or newer: only what every bundle has is known to be ours
        ours = {MANIFEST, *FILES}
    strangers = sorted(present - ours)
    if strangers:
        raise OutputError(
            f"{folder}: expected only a model's files, got also {', '.join(strangers)}, which replacing "
            "would delete. Move them away or choose another place."
        )
