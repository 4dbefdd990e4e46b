"""What a look for classic mistakes found in a model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One mistake, with the number that proves it on the user's own input."""

    rule: str
    """Short name, e.g. "padding"."""
    place: str
    """The module it is about; empty for the whole model."""
    problem: str
    """What is wrong, in a sentence."""
    proof: str
    """What was done and what came of it, with the number."""
    number: float
    """The number in `proof`."""
    remedy: str
    """What to write instead."""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"[{self.rule}] {where}{self.problem} {self.proof} {self.remedy}"


@dataclass(frozen=True)
class LintReport:
    """All findings, and what could not be looked at."""

    findings: tuple[Finding, ...]
    unchecked: tuple[tuple[str, str], ...] = ()
    """(rule, why it could not be checked and what would be needed)."""

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        lines = [str(finding) for finding in self.findings] or ["No classic mistake found."]
        lines += [f"[{rule}] not checked: {reason}" for rule, reason in self.unchecked]
        return "\n".join(lines)
