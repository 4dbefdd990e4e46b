"""State carried from one call to the next, across sequences that have nothing to do with each other."""

from hiddenstate.inspection.lint.probe import Probe
from hiddenstate.records import Finding


def carried_state(probe: Probe) -> list[Finding]:
    """Ask the same thing twice in a row, with the same random numbers."""
    first = probe.answer()
    changed = probe.changed()
    second = probe.answer(again=True)
    gaps = probe.difference(first, second)
    if not gaps.any():
        return []
    row = int(gaps.argmax())
    place = next((name for name in changed), "")
    return [
        Finding(
            rule="carried_state",
            place=place,
            problem="The state of one call goes on in the next, as if the sequences were one.",
            proof=f"The same input twice in a row: the answer of row {row} changes by {gaps[row]:.3g}.",
            number=float(gaps[row]),
            remedy="Begin each sequence with state None, or reset and detach it; carry it only within one sequence.",
        )
    ]
