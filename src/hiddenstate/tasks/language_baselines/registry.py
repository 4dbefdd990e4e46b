"""The plain methods that stand beside every language model."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hiddenstate.data.units import Units
from hiddenstate.tasks.language_baselines.n_grams import NGrams
from hiddenstate.tasks.surprise import Nats, Surprise

HIGHEST_ORDER = 9


@dataclass(frozen=True)
class LanguageRival:
    """A fitted baseline."""

    name: str
    nats: Callable[[np.ndarray[tuple[int, ...], np.dtype[np.int64]]], Nats]
    seconds: float

    def measure(self, units: Units, text: str) -> Surprise:
        """Its surprise at each unit of `text`."""
        cut = units.cut(text)
        return Surprise(tuple(cut[1:]), self.nats(units.numbers(cut)))


def fit_language_baselines(units: Units, train: str, validation: str) -> tuple[LanguageRival, ...]:
    """Every unit equally often; each as often as in training; n-grams of the order that does best on `validation`."""
    numbers, choosing = units.encode(train), units.encode(validation)
    started = time.perf_counter()
    size = len(units)
    plain = NGrams.fit(numbers, size=size, order=1)
    orders = [plain]
    if len(choosing) > 1:
        best = math.inf
        for order in range(2, HIGHEST_ORDER + 1):
            grams = NGrams.fit(numbers, size=size, order=order)
            mean = float(grams.nats(choosing).mean())
            if mean >= best or len(grams.orders) < order:
                break
            best, orders = mean, [*orders, grams]
    else:
        orders.append(NGrams.fit(numbers, size=size, order=3))
    seconds = time.perf_counter() - started
    uniform = math.log(max(size - 2, 1))
    rivals = [
        LanguageRival("all equally likely", lambda given: np.full(max(len(given) - 1, 0), uniform), 0.0),
        LanguageRival("as often as in training", plain.nats, 0.0),
    ]
    if len(orders) > 1:
        name = f"{len(orders[-1].orders)}-grams (Kneser-Ney)"
        rivals.append(LanguageRival(name, orders[-1].nats, seconds))
    return tuple(rivals)
