"""What training or evaluation found, whatever the task: scores, the verdict, what to know beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hiddenstate.records import Score
from hiddenstate.tasks.verdict import Verdict


@dataclass(frozen=True)
class Outcome:
    """A model beside the plain baselines, ready to be shown."""

    scores: tuple[Score, ...]
    """The model first."""
    columns: tuple[str, ...]
    """Which figures of the scores make the table, in its order; the first one ranks."""
    basis: str
    """What all rows were measured on, for the line below the table."""
    verdict: Verdict | None = None
    """None where there is no baseline to be held against."""
    unit: str | None = None
    """Unit of the target."""
    notes: tuple[str, ...] = ()
    """Sentences below the table: coverage, what was left out and why."""
    repairs: tuple[str, ...] = ()
    """What had to be repaired in the file, or deserves a look in it."""
    rows: int = 0
    """How many answers were measured: windows, texts."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Further figures for ``metrics.json``."""

    @property
    def model(self) -> Score:
        """The model's row."""
        return self.scores[0]

    def to_dict(self) -> dict[str, Any]:
        """For ``metrics.json`` and ``--json``."""
        result: dict[str, Any] = {
            "rows": self.rows,
            "model": self.model.metrics,
            "baselines": {score.name: score.metrics for score in self.scores[1:]},
            "notes": list(self.notes),
            "repairs": list(self.repairs),
            **self.facts,
        }
        if self.verdict is not None:
            result["verdict"] = {
                "text": self.verdict.text,
                "level": self.verdict.level,
                "gain": self.verdict.gain,
                "low": self.verdict.low,
                "high": self.verdict.high,
                "best_baseline": self.verdict.best_baseline,
            }
        return result


@dataclass(frozen=True)
class Trained:
    """What training leaves for the caller to show."""

    folder: Path
    outcome: Outcome

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / "report.html"
