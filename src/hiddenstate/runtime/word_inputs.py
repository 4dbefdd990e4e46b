"""Words as the inputs of a program that reads them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.tasks.text_encoder import TextEncoder


def word_inputs(encoder: TextEncoder, forms: Sequence[Sequence[str]]) -> dict[str, NDArray[Any]]:
    """Words (B, T), lengths (B,) and, with character features, grams (B, T, G): -1 where a word has fewer."""
    words, places, grams = encoder.encode(forms)
    inputs: dict[str, NDArray[Any]] = {"words": words.padded(), "lengths": words.lengths}
    if places is not None and grams is not None:
        table = grams.padded(-1)  # (different words, most n-grams)
        inputs["grams"] = np.full((*inputs["words"].shape, table.shape[1]), -1, dtype=np.int64)
        real = np.arange(inputs["words"].shape[1]) < words.lengths[:, np.newaxis]
        inputs["grams"][real] = table[places.values]
    return inputs
