"""How a comparison is run: budget, seeds, and what is held equal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hiddenstate.choices import choose, closest
from hiddenstate.errors import SettingsError
from hiddenstate.workflows.comparing.arena import USUAL, Candidate

EQUAL = {"parameters": "the same number of weights", "time": "the same time to train"}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Section by section what the user may choose."""

    budget: float
    """Seconds for everything."""
    seeds: int = 3
    equal: str = "parameters"
    """One of `EQUAL`."""
    only: tuple[str, ...] = ()
    """Names of candidates; none: the usual eight."""
    every: bool = False
    """All combinations."""
    learning_curves: bool = False
    """LSTM and GRU on five sizes of the training rows, too."""

    def __post_init__(self) -> None:
        choose(EQUAL, self.equal, "word for --equal")
        if self.seeds < 1:
            raise SettingsError(f"--seeds: expected 1 or more, got {self.seeds}. Correct it.")

    def chosen(self, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """Those that take part; raises `SettingsError` for a name that no candidate has."""
        if not self.only:
            return tuple(candidates if self.every else candidates[:USUAL])
        by_name = {candidate.name.lower(): candidate for candidate in candidates}
        picked = []
        for name in self.only:
            if name.lower() not in by_name:
                names = closest(name, [candidate.name for candidate in candidates])
                raise SettingsError(f'--only: expected a candidate, got "{name}". {names}')
            picked.append(by_name[name.lower()])
        return tuple(picked)


def seconds_of(text: str) -> float:
    """A time such as "10min", "90s" or "1h" in seconds; raises `SettingsError` for anything else.

    >>> seconds_of("10min"), seconds_of("1.5 h")
    (600.0, 5400.0)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|min|m|h)\s*", text)
    if found is None or float(found[1]) <= 0:
        raise SettingsError(f'--budget: expected a time such as 90s or 10min, got "{text}". Correct it.')
    return float(found[1]) * {"s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600}[found[2]]
