"""What a task has to say for a search of its settings: data cut once, and one training run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hiddenstate.records import History
from hiddenstate.training import Watcher


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
