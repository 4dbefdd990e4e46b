"""The verdict of a comparison as the first section of a page."""

from hiddenstate import plots
from hiddenstate.tasks.verdict import Verdict


def verdict_section(verdict: Verdict | None, measured_on: str) -> plots.Verdict:
    """The verdict in words; `measured_on` is what was counted: "500 texts", "365 windows"."""
    basis = f"Measured on {measured_on} that neither the model nor any baseline has learnt from."
    if verdict is None:
        return plots.Verdict("No baseline could be fitted", basis)
    return plots.Verdict(verdict.text, basis, verdict.level)
