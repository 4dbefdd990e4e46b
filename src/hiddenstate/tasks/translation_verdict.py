"""Is the recurrent network worth it? Its translations beside those of the best plain baseline.

By the mean chrF of a sentence; how far the difference can be trusted comes from a paired bootstrap over sentences.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from hiddenstate.errors import InputError
from hiddenstate.seeding import generator
from hiddenstate.tasks.class_verdict import DRAWS, FEWEST_TEXTS, share_words
from hiddenstate.tasks.verdict import Verdict

WORD = "chrF"


def judge_translations(model: str, scores: Mapping[str, ArrayLike], *, seed: int = 0) -> Verdict:
    """Compare the model with the best baseline.

    scores: chrF of each sentence, from 0 to 1, by name; the model's own under `model`.
    Raises `InputError` without a baseline or without sentences.
    """
    values = {name: np.asarray(own, dtype=np.float64) for name, own in scores.items()}
    if model not in values or len(values) < 2 or not len(values[model]):
        raise InputError(
            f'verdict: expected scores of "{model}" and of a baseline, got {list(scores)}. Give both some sentences.'
        )
    best = max((name for name in values if name != model), key=lambda name: float(values[name].mean()))
    differences = values[model] - values[best]
    count = len(differences)
    drawn = generator(seed, "verdict").integers(0, count, (DRAWS, count))
    low, high = (float(value) for value in np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975]))
    means = float(values[model].mean()), float(values[best].mean())
    level: Literal["better", "same", "worse"] = "better" if low > 0 else "worse" if high < 0 else "same"
    if count < FEWEST_TEXTS:
        level = "same"
        text = (
            f"Too small a test to tell: only {count} sentences. There the {model} has {100 * means[0]:.1f} % {WORD}, "
            f"{best} {100 * means[1]:.1f} %."
        )
    else:
        text = share_words(level, (model, best), means, (low, high), WORD)
    return Verdict(text, level, means[0] - means[1], low, high, best)
