"""What was trained on, in a few letters: a run goes on with the same rows only."""

import hashlib
from collections.abc import Iterable


def digest_of(*columns: Iterable[str]) -> str:
    """SHA-256 of columns of texts; neither a text nor a column can be cut elsewhere without another result.

    >>> digest_of(["ab", "c"]) == digest_of(["a", "bc"]), digest_of(["a"], ["b"]) == digest_of(["a", "b"])
    (False, False)
    """
    digest = hashlib.sha256()
    for column in columns:
        for value in column:
            data = value.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        digest.update(b"\xff")
    return digest.hexdigest()
