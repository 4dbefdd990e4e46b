"""A file put into a bundle that is there already."""

import hashlib
from dataclasses import replace
from pathlib import Path

from hiddenstate.bundle.contents import FILES
from hiddenstate.bundle.disk import write_file
from hiddenstate.bundle.manifest import MANIFEST, FileEntry, is_plain, read_manifest
from hiddenstate.errors import BundleError


def add_file(folder: Path, name: str, data: bytes) -> None:
    """Write `name` into the bundle, in place of an earlier one, and enter it in the manifest.

    The bundle can be opened at every moment: the old entry goes first, the new one comes last.
    Raises `BundleError` for a name that every bundle has or that is not a plain one, `OutputError` where
    nothing can be written.
    """
    if name == MANIFEST or name in FILES or not is_plain(name):
        raise BundleError(f'expected a name that is free for additions, got "{name}". Choose another.')
    manifest = read_manifest(folder)
    others = {other: entry for other, entry in manifest.files.items() if other != name}
    if name in manifest.files:
        write_file(folder / MANIFEST, replace(manifest, files=others).to_json().encode())
    write_file(folder / name, data)
    entry = FileEntry(len(data), hashlib.sha256(data).hexdigest())
    files = dict(sorted({**others, name: entry}.items()))
    write_file(folder / MANIFEST, replace(manifest, files=files).to_json().encode())
