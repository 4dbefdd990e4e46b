"""Is the recurrent network worth it? Its words beside those of the best plain baseline, on the same recordings."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from hiddenstate.errors import InputError
from hiddenstate.seeding import generator
from hiddenstate.tasks.class_verdict import DRAWS, FEWEST_TEXTS, share_words
from hiddenstate.tasks.transcription_metrics import word_errors
from hiddenstate.tasks.verdict import Verdict

WORD = "word accuracy (1 - WER)"


def judge_transcripts(
    model: str, truth: Sequence[str], answers: Mapping[str, Sequence[str]], *, seed: int = 0
) -> Verdict:
    """Compare the model with the best baseline by a paired bootstrap over recordings.

    answers: texts by name, the model's own under `model`. Raises `InputError` without a baseline.
    """
    if model not in answers or len(answers) < 2:
        raise InputError(f'verdict: expected texts of "{model}" and of a baseline, got {list(answers)}.')
    parts = {name: word_errors(truth, own) for name, own in answers.items()}
    values = {name: 1.0 - float(part[:, 0].sum() / part[:, 1].sum()) for name, part in parts.items()}
    best = max((name for name in answers if name != model), key=lambda name: values[name])
    random = generator(seed, "verdict")
    gains = []
    for _ in range(DRAWS):
        drawn = random.integers(0, len(truth), len(truth))
        own, other = parts[model][drawn].sum(axis=0), parts[best][drawn].sum(axis=0)
        gains.append(float((other[0] - own[0]) / own[1]))
    low, high = (float(value) for value in np.quantile(gains, [0.025, 0.975]))
    level: Literal["better", "same", "worse"] = "better" if low > 0 else "worse" if high < 0 else "same"
    if len(truth) < FEWEST_TEXTS:
        level = "same"
        text = (
            f"Too small a test to tell: only {len(truth)} recordings. There the {model} has a word error of "
            f"{100 * (1 - values[model]):.1f} %, {best} one of {100 * (1 - values[best]):.1f} %."
        )
    else:
        text = share_words(level, (model, best), (values[model], values[best]), (low, high), WORD)
    return Verdict(text, level, values[model] - values[best], low, high, best)
