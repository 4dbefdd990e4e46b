"""What people read about a search: the verdict, what mattered, every trial."""

from typing import Any, Literal

from hiddenstate import plots
from hiddenstate.plots.numerals import number
from hiddenstate.plots.search import Tried
from hiddenstate.workflows.tuning.search import Found, Trial
from hiddenstate.workflows.tuning.space import Value

Level = Literal["better", "same"]
MOST_SLICES = 4
SMALL = 0.01
"""A gain below this share is not worth the trouble of other settings."""


def verdict(found: Found) -> tuple[str, Level]:
    """In words, and how good that is."""
    first, best = number(found.first.loss or 0.0), number(found.best.loss or 0.0)
    if found.best is found.first or found.gain <= 0:
        return (
            f"Keep the defaults: none of {len(found.trials) - 1} other settings was better on the validation rows "
            f"({found.ground.metric} {first}). The test rows were not touched.",
            "same",
        )
    text = (
        f"The search gained {100 * found.gain:.1f} % over the defaults on the validation rows "
        f"({found.ground.metric} {first} to {best}). The test rows were not touched."
    )
    return (text, "better") if found.gain >= SMALL else (f"{text} So little may be luck.", "same")


def report(found: Found) -> str:
    """The page."""
    text, level = verdict(found)
    tried = [Tried(one.number, one.loss, one.choice) for one in found.trials]
    metric = f"validation {found.ground.metric}"
    pruned = len(found.trials) - len(found.whole)
    sections: list[plots.Section] = [
        plots.Verdict(
            text, f"{len(found.trials)} trials, {pruned} of them cut short; one network each.", level
        ),
        plots.Chart(plots.search_history(tried, loss=metric)),
    ]
    if found.importances:
        sections.append(plots.Chart(plots.importances(found.importances)))
    sections += [
        plots.Chart(plots.search_slice(tried, place, loss=metric))
        for place in list(found.importances or found.space)[:MOST_SLICES]
    ]
    sections += [_table(found), plots.Text("How to read this", points=_words(found))]
    facts = found.ground.facts
    return plots.Page("Which settings?", f"{facts['file']}: {facts['rows']}", sections).html()


def _table(found: Found) -> plots.Table:
    ordered = sorted(found.whole, key=lambda one: (one.loss, one.number))
    rows = [
        plots.Row(
            f"{one.number}{' (defaults)' if one is found.first else ''}",
            (
                number(one.loss or 0.0),
                number(one.seconds),
                *(_shown(one.choice[place]) for place in found.space),
            ),
            best=frozenset({0}) if one is found.best else frozenset(),
            strong=one is found.best,
        )
        for one in ordered[:12]
    ]
    columns = ("trial", f"validation {found.ground.metric}", "training (s)", *found.space)
    return plots.Table("The best trials", columns, tuple(rows), "Trials that were cut short are not listed.")


def _words(found: Found) -> list[str]:
    return [
        "Every trial learns from the same rows, begins with the same seed and is judged on the same validation rows.",
        "The best of many on the same rows flatters itself: train it and read its test figures before you believe it.",
        "Importance: the share of the spread between whole trials that a setting explains (fANOVA); with few trials "
        "it is a hint.",
        *(f"Trial {one.number} {one.note}." for one in found.trials if one.note.startswith("failed")),
    ]


def _shown(value: Value) -> str:
    return number(value) if isinstance(value, float) else str(value)


def to_dict(found: Found) -> dict[str, Any]:
    """For ``results.json`` and ``--json``."""
    text, level = verdict(found)
    return {
        "verdict": {"level": level, "text": text, "gain": found.gain},
        "metric": found.ground.metric,
        "defaults": _one(found.first),
        "best": _one(found.best),
        "importances": dict(found.importances),
        "trials": [_one(one) for one in found.trials],
        "facts": dict(found.ground.facts),
    }


def _one(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "loss": trial.loss,
        "seconds": trial.seconds,
        "settings": dict(trial.choice),
        "note": trial.note,
    }
