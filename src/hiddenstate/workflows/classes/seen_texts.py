"""What a bundle remembers of its training texts: enough to recognise one, too little to read one."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.text_split import folded

FILE = "seen_texts.bin"
"""Name of the file in a bundle."""


@final
class SeenTexts:
    """Fingerprints of 64 bits of texts, case and white space aside.

    Two different texts share a fingerprint with a chance of 1 in 2^64.

    >>> seen = SeenTexts.of(["Who wrote Hamlet ?"])
    >>> SeenTexts.from_bytes(seen.to_bytes()).rows(["When ?", "who  wrote hamlet ?"])
    (1,)
    """

    def __init__(self, prints: NDArray[np.uint64]) -> None:
        """Use `of`; `prints` in ascending order."""
        self._prints = prints

    @classmethod
    def of(cls, texts: Iterable[str]) -> "SeenTexts":
        """The fingerprints of `texts`; empty texts have none."""
        return cls(np.unique(_prints([text for text in texts if text.strip()])))

    def rows(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Which of `texts` were among them."""
        known = np.isin(_prints(texts), self._prints)
        return tuple(row for row, text in enumerate(texts) if known[row] and text.strip())

    def to_bytes(self) -> bytes:
        """Little-endian numbers of 8 bytes."""
        return self._prints.astype("<u8").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "SeenTexts":
        """The inverse of `to_bytes`."""
        return cls(np.frombuffer(data, dtype="<u8").astype(np.uint64))


def leak_line(seen: SeenTexts, texts: Sequence[str]) -> tuple[str, ...]:
    """A line for the reader where some of `texts` were learnt from; none otherwise."""
    known = seen.rows(texts)
    if not known:
        return ()
    share = 100.0 * len(known) / len(texts)
    return (
        f"LEAK: {len(known):,} of {len(texts):,} texts ({share:.1f} %) were among those that the model learnt "
        "from: these figures are better than new texts will be",
    )


def _prints(texts: Sequence[str]) -> NDArray[np.uint64]:
    digests = (
        hashlib.blake2b(folded(text).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in texts
    )
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
