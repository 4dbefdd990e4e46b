"""What a task has to say for a search of its settings: data cut once, and one training run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hiddenstate.records import History
from hiddenstate.training import Watcher


def facts_of(source: str, counts: Mapping[str, int], unit: str = "") -> dict[str, str]:
    """What the page says of the data: the file, and how much of it each part has; the test part is not looked at.

    >>> facts_of("a.csv", {"training": 1200, "validation": 30, "test": 9}, " recordings")
    {'file': 'a.csv', 'rows': '1,200 training, 30 validation recordings'}
    """
    rows = ", ".join(f"{count:,} {name}" for name, count in counts.items() if name != "test")
    return {"file": source, "rows": rows + unit}


class Ground(ABC):
    """The data of one search; every trial learns from the same rows and is judged on the same validation rows."""

    space: str
    """Which of `SPACES` is searched."""
    metric: str
    """What validation measures; lower is better."""
    facts: Mapping[str, str]
    """For the page: the file, the parts."""

    @abstractmethod
    def run(self, values: dict[str, Any]) -> Any:
        """All settings as the dataclass of the task. Raises `SettingsError`."""

    @abstractmethod
    def digest(self) -> str:
        """Equal for equal rows."""

    @abstractmethod
    def fit(self, run: Any, watcher: Watcher) -> History:
        """Train one network; the test rows are not looked at."""
