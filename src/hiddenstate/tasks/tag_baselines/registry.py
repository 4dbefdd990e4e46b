"""The baselines of tagging by name, and all of them fitted; one that cannot be fitted is left out and said."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hiddenstate.choices import choose
from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.errors import InputError
from hiddenstate.tasks.tag_baselines.baseline import TagBaseline
from hiddenstate.tasks.tag_baselines.most_frequent import MostFrequentTag
from hiddenstate.tasks.tag_baselines.window_features import WindowFeatures

TAG_BASELINES: dict[str, Callable[[], TagBaseline]] = {
    "most_frequent": MostFrequentTag,
    "window_features": WindowFeatures,
}


@dataclass(frozen=True)
class TagRival:
    """A fitted baseline."""

    baseline: TagBaseline
    seconds: float


@dataclass(frozen=True)
class TagRivals:
    """All baselines that could be fitted."""

    fitted: tuple[TagRival, ...]
    left_out: Mapping[str, str]
    """Name of each other one -> why."""


def fit_tag_baselines(
    train: TaggedTable, validation: TaggedTable, names: Sequence[str] = tuple(TAG_BASELINES)
) -> TagRivals:
    """Fit the baselines called `names`. Raises `SettingsError` for an unknown name."""
    fitted, left_out = [], {}
    for name in names:
        baseline = choose(TAG_BASELINES, name, "baseline of tagging")()
        started = time.perf_counter()
        try:
            fitted.append(TagRival(baseline.fit(train, validation), time.perf_counter() - started))
        except InputError as error:
            left_out[baseline.name] = str(error)
    return TagRivals(tuple(fitted), left_out)
