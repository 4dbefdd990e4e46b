"""Word vectors trained on the user's own text, by word2vec."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from hiddenstate.data.tokenizer import Tokenizer
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError, OutputError, SettingsError
from hiddenstate.extras import needed


@dataclass(frozen=True, kw_only=True)
class OwnVectorSettings:
    """How word2vec learns; section ``[vectors]``."""

    method: Literal["skip_gram", "cbow"] = "skip_gram"
    """"skip_gram": a word foretells its neighbours, better for rare words; "cbow": the neighbours foretell
    the word, faster."""
    size: int = 100
    """Numbers per word."""
    window: int = 5
    """Neighbours on each side that are looked at."""
    min_count: int = 2
    """Times that a word must stand in the texts."""
    negative: int = 5
    """Words drawn against each true neighbour."""
    epochs: int = 10
    """Passes over the texts."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("size", "window", "min_count", "negative", "epochs"):
            if getattr(self, name) < 1:
                raise SettingsError(
                    f"vectors.{name}: expected 1 or more, got {getattr(self, name)}. Correct the value."
                )


def train_vectors(
    texts: Sequence[str], tokens: TokenSettings | None = None, settings: OwnVectorSettings | None = None
) -> Vectors:
    """A vector for each word of `texts` that stands often enough, the most frequent words first.

    The same texts and settings give the same vectors: it runs on one thread.
    Raises `ExtraError` without gensim, `InputError` for texts without a word that stands `min_count` times.
    Source: Mikolov et al. (2013), "Distributed representations of words and phrases and their compositionality".
    """
    settings = settings or OwnVectorSettings()
    word2vec = needed("gensim.models.word2vec", extra="text", purpose="vectors trained on your own text")
    cutter = Tokenizer.fit(texts, tokens or TokenSettings())
    sentences = [forms for forms in cutter.forms(texts) if forms]
    model = word2vec.Word2Vec(
        vector_size=settings.size,
        window=settings.window,
        min_count=settings.min_count,
        sg=int(settings.method == "skip_gram"),
        negative=settings.negative,
        epochs=settings.epochs,
        seed=settings.seed % 2**32,
        workers=1,
    )
    model.build_vocab(sentences)
    if not len(model.wv):
        raise InputError(
            f"vectors: expected words that stand at least {settings.min_count} times in the texts, got none. "
            "Lower vectors.min_count or give more text."
        )
    model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
    matrix = np.ascontiguousarray(model.wv.vectors, dtype=np.float32)
    return Vectors(tuple(model.wv.index_to_key), matrix, f"word2vec on {len(texts):,} texts")


def write_vectors(vectors: Vectors, path: Path) -> None:
    """Save as word2vec text, which `read_vectors` and other tools read; written beside and renamed.

    Raises `OutputError` where the file cannot be written, and for words that such a file cannot hold.
    """
    broken = next((form for form in vectors.forms if form.splitlines() != [form]), None)
    if broken is not None:
        raise OutputError(f"{path}: expected words without line breaks, got {broken!r}. Leave it out.")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"{len(vectors.forms)} {vectors.size}\n")
            for form, row in zip(vectors.forms, vectors.matrix, strict=True):
                file.write(f"{form} {' '.join(map(str, row.tolist()))}\n")
        beside.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path}: expected to write the vectors, got: {error.strerror or error}. "
            "Free space or choose another place; nothing was changed."
        ) from None
    finally:
        beside.unlink(missing_ok=True)
