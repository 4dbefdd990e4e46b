"""What an audit checked, and what it found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["fine", "look", "leak"]


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    check: str
    """What was looked for: "duplicates"."""
    level: Level
    """"leak": figures are better than new data will show; "look": may be; "fine": nothing found."""
    text: str
    """One sentence."""
    count: int = 0
    """Rows, windows or columns concerned."""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audit:
    """All checks of a run."""

    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, *groups: Iterable[Finding]) -> "Audit":
        """The findings of several checks, leaks first."""
        order = {"leak": 0, "look": 1, "fine": 2}
        found = [finding for group in groups for finding in group]
        return cls(tuple(sorted(found, key=lambda finding: order[finding.level])))

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """The findings that make figures too good."""
        return tuple(finding for finding in self.findings if finding.level == "leak")

    def lines(self) -> list[str]:
        """For the page: a sentence for each check."""
        marks = {"leak": "LEAK: ", "look": "Worth a look: ", "fine": ""}
        return [
            f"{marks[finding.level]}{finding.text}"
            + (f" For example: {'; '.join(finding.examples)}." if finding.examples else "")
            for finding in self.findings
        ]

    def to_dict(self) -> dict[str, Any]:
        """For ``metrics.json``."""
        return {
            "leaks": len(self.leaks),
            "checks": [
                {
                    "check": finding.check,
                    "level": finding.level,
                    "text": finding.text,
                    "count": finding.count,
                    "examples": list(finding.examples),
                }
                for finding in self.findings
            ],
        }
