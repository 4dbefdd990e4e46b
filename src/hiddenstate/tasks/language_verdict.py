"""Is the recurrent network worth it? Its surprise beside that of the best plain baseline, on the same text.

How far the difference can be trusted comes from a paired bootstrap over stretches of the text: neighbouring units
are not independent evidence.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from hiddenstate.tasks.surprise import Surprise
from hiddenstate.tasks.verdict import FEWEST_BLOCKS, Verdict, judge

BLOCK = 500
"""Characters, or other units, of a stretch."""
METRIC = "bits per character"


def judge_language(model: str, found: Mapping[str, Surprise]) -> Verdict:
    """Compare the model with the best baseline. Raises `InputError` without a baseline."""
    errors = {name: surprise.nats for name, surprise in found.items()}
    blocks = np.arange(len(errors[model])) // BLOCK
    verdict = judge(model, errors, blocks, metric=METRIC)
    count = int(blocks[-1]) + 1 if len(blocks) else 0
    if count >= FEWEST_BLOCKS:
        return verdict
    way = "fewer" if verdict.gain >= 0 else "more"
    text = (
        f"Too short a test to tell: only {len(blocks):,} units. There the {model} needs "
        f"{100 * abs(verdict.gain):.1f} % {way} {METRIC} than {verdict.best_baseline}."
    )
    return replace(verdict, text=text)
