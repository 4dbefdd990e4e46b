"""The word vectors that a classifier begins with: from files, or trained on its own texts."""

from collections.abc import Sequence
from pathlib import Path

from hiddenstate.data.demo_texts import glove
from hiddenstate.data.own_vectors import OwnVectorSettings, train_vectors
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors, read_vectors

OWN = "own"
"""In place of a file: train vectors on the texts themselves."""
GLOVE = "glove-50d"
"""In place of a file: the vectors of the extra ``demo``."""


def gather_vectors(
    sources: Sequence[str | Path | Vectors], texts: Sequence[str], tokens: TokenSettings, *, seed: int
) -> list[Vectors]:
    """The vectors of each of `sources`, which stand side by side: `OWN`, `GLOVE`, a file, or vectors as they are.

    `texts` are the training texts, `tokens` how they are cut.
    Raises `InputError` for a file that cannot be read, and for texts without a word that stands often enough;
    `ExtraError` where a package is needed that is not installed.
    """
    return [_gather(source, texts, tokens, seed) for source in sources]


def _gather(source: str | Path | Vectors, texts: Sequence[str], tokens: TokenSettings, seed: int) -> Vectors:
    if isinstance(source, Vectors):
        return source
    if source == OWN:
        return train_vectors(texts, tokens, OwnVectorSettings(seed=seed))
    if source == GLOVE:
        return glove()
    return read_vectors(Path(source))
