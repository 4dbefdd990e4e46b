"""Texts that are nearly the same, found without comparing all with all.

Texts are sets of shingles (five neighbouring signs, case, white space and punctuation aside). Their MinHash
signatures are cut into bands; only texts that share a band are compared, then exactly.
Source: Broder (1997), "On the resemblance and containment of documents"; banding as in Leskovec, Rajaraman &
Ullman (2014), "Mining of Massive Datasets", chapter 3.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.text_split import folded

SHINGLE = 5
BANDS, ROWS = 16, 4
"""A pair of similarity 0.8 shares a band with probability 1 - (1 - 0.8^4)^16 = 0.9998; one of 0.3 with 0.12."""
SIMILAR = 0.8
BLOCK_SIGNS = 2_000_000
MOST_CANDIDATES = 20
_PUNCTUATION = re.compile(r"[^\w\s]|_")
Numbers = NDArray[np.uint64]


class NearPair(NamedTuple):
    """Rows of two tables whose texts are nearly the same."""

    first: int
    second: int
    similarity: float
    """Shingles of both as a share of all of either (Jaccard)."""


def plain(text: str) -> str:
    """Case, white space and punctuation aside.

    >>> plain("Who  wrote 'Hamlet' ?")
    'who wrote hamlet'
    """
    return folded(_PUNCTUATION.sub(" ", text))


def near_texts(first: Sequence[str], second: Sequence[str], *, similarity: float = SIMILAR) -> list[NearPair]:
    """For each text of `second` that is nearly one of `first`, the most similar one; equal ones are among them.

    Texts of fewer than five signs are passed over: equality says all of them.

    >>> near_texts(["How far is it from Denver to Aspen ?"], ["How far is it from Denver to Aspen"])[0].similarity
    1.0
    """
    one, other = [plain(text) for text in first], [plain(text) for text in second]
    bands = _bands(one)
    places: list[dict[int, list[int]]] = []
    for band in range(BANDS):
        table: dict[int, list[int]] = {}
        for row, key in enumerate(bands[:, band].tolist()):
            if len(one[row]) >= SHINGLE:
                rows = table.setdefault(key, [])
                if len(rows) < MOST_CANDIDATES:
                    rows.append(row)
        places.append(table)
    found = []
    for row, keys in enumerate(_bands(other).tolist()):
        if len(other[row]) < SHINGLE:
            continue
        candidates = {place for band, key in enumerate(keys) for place in places[band].get(key, ())}
        own = _shingles(other[row])
        best = max(((_jaccard(own, _shingles(one[place])), -place) for place in candidates), default=(0.0, 0))
        if best[0] >= similarity:
            found.append(NearPair(-best[1], row, best[0]))
    return found


def _shingles(text: str) -> set[str]:
    return {text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)}


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def _bands(texts: Sequence[str]) -> Numbers:
    """(n, bands) a number for each text and band; texts without a shingle have all ones."""
    result = np.full((len(texts), BANDS), np.iinfo(np.uint64).max, dtype=np.uint64)
    begin = size = 0
    for row, text in enumerate(texts):
        size += len(text)
        if size >= BLOCK_SIGNS or row == len(texts) - 1:
            result[begin : row + 1] = _block(texts[begin : row + 1])
            begin, size = row + 1, 0
    return result


def _block(texts: Sequence[str]) -> Numbers:
    result = np.full((len(texts), BANDS), np.iinfo(np.uint64).max, dtype=np.uint64)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    usable = np.flatnonzero(lengths >= SHINGLE)
    if not len(usable):
        return result
    signs = np.frombuffer(
        "".join(texts[row] for row in usable.tolist()).encode("utf-32-le", "surrogatepass"), dtype="<u4"
    ).astype(np.uint64)
    ends = np.cumsum(lengths[usable])
    begins = ends - lengths[usable]
    hashed = np.zeros(len(signs) - SHINGLE + 1, dtype=np.uint64)
    for at in range(SHINGLE):
        hashed = _mixed(hashed ^ signs[at : at + len(hashed)])
    inside = np.ones(len(hashed), dtype=bool)
    for back in range(1, SHINGLE):  # shingles that reach into the next text are none
        cut = ends - back
        inside[cut[cut < len(hashed)]] = False
    # Each text has a shingle, so no slice below is empty.
    hashed = hashed[inside]
    starts = np.concatenate([[0], np.cumsum(ends - begins - SHINGLE + 1)[:-1]]).astype(np.int64)
    for band in range(BANDS):
        key = np.zeros(len(usable), dtype=np.uint64)
        for number in range(ROWS):
            salt = np.uint64(0x9E3779B97F4A7C15 * (band * ROWS + number + 1) % 2**64)
            key = _mixed(key ^ np.minimum.reduceat(_mixed(hashed ^ salt), starts))
        result[usable, band] = key
    return result


def _mixed(values: Numbers) -> Numbers:
    """A bijection of 64 bits after which neighbouring numbers have nothing in common (MurmurHash3's finaliser)."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(values ^ (values >> np.uint64(33)), dtype=np.uint64)
