"""The word vectors that a classifier begins with: from files, or trained on its own texts."""

from collections.abc import Sequence
from pathlib import Path

from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors, read_vectors

OWN = "own"
"""In place of a file: train vectors on the texts themselves."""


def gather_vectors(
    sources: Sequence[str | Path | Vectors], texts: Sequence[str], tokens: TokenSettings, *, seed: int
) -> list[Vectors]:
    """The vectors of each of `sources`, which stand side by side: `OWN`, a file, or vectors as they are.

    `texts` are the training texts, `tokens` how they are cut.
    Raises `InputError` for a file that cannot be read, and for texts without a word that stands often enough.
    """
    return [_gather(source, texts, tokens, seed) for source in sources]


def _gather(source: str | Path | Vectors, texts: Sequence[str], tokens: TokenSettings, seed: int) -> Vectors:
    if isinstance(source, Vectors):
        return source
    if source == OWN:
        from hiddenstate.data.own_vectors import OwnVectorSettings, train_vectors

        return train_vectors(texts, tokens, OwnVectorSettings(seed=seed))
    return read_vectors(Path(source))
