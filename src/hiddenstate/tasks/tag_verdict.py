"""Is the recurrent network worth it? Its tags beside those of the best plain baseline, on the same sentences.

How far the difference can be trusted comes from a paired bootstrap: sentences are drawn with replacement.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError
from hiddenstate.records import Tagging
from hiddenstate.seeding import generator
from hiddenstate.tasks.class_verdict import DRAWS, FEWEST_TEXTS, share_words
from hiddenstate.tasks.span_f1 import count_spans, right_words
from hiddenstate.tasks.verdict import Verdict

Parts = NDArray[np.float64]
"""(n, 2) of each sentence what counts for the model, and what it is divided by."""


def judge_tags(model: str, results: Mapping[str, Tagging], *, seed: int = 0) -> Verdict:
    """Compare the model with the best baseline, by F1 of spans or by the share of right words.

    results: answers by name for the same sentences, the model's own under `model`.
    Raises `InputError` without a baseline or without sentences.
    """
    if model not in results or len(results) < 2 or not results[model].texts:
        raise InputError(
            f'verdict: expected tags of "{model}" and of a baseline, got {list(results)}. Give both some sentences.'
        )
    parts = {name: _parts(result) for name, result in results.items()}
    values = {name: _share(part.sum(axis=0)) for name, part in parts.items()}
    best = max((name for name in results if name != model), key=lambda name: values[name])
    count = len(parts[model])
    random = generator(seed, "verdict")
    gains = []
    for _ in range(DRAWS):
        times = np.bincount(random.integers(0, count, count), minlength=count)
        gains.append(_share(times @ parts[model]) - _share(times @ parts[best]))
    low, high = (float(value) for value in np.quantile(gains, [0.025, 0.975]))
    word = "F1" if results[model].marks_spans else "right words"
    level: Literal["better", "same", "worse"] = "better" if low > 0 else "worse" if high < 0 else "same"
    if count < FEWEST_TEXTS:
        level = "same"
        text = (
            f"Too small a test to tell: only {count} sentences. There the {model} has {100 * values[model]:.1f} % "
            f"{word}, {best} {100 * values[best]:.1f} %."
        )
    else:
        text = share_words(level, (model, best), (values[model], values[best]), (low, high), word)
    return Verdict(text, level, values[model] - values[best], low, high, best)


def _parts(result: Tagging) -> Parts:
    if not result.marks_spans:
        return np.stack(right_words(result), axis=1).astype(np.float64)
    counts = count_spans(result.truth or (), result.tags)
    return np.stack([2 * counts.right, counts.answered + counts.true], axis=1).astype(np.float64)


def _share(parts: NDArray[np.float64]) -> float:
    return float(parts[0] / parts[1]) if parts[1] else 0.0
