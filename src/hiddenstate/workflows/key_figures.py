"""The model's main figures as the head of a page shows them."""

from collections.abc import Sequence

from hiddenstate import plots
from hiddenstate.plots.numerals import number
from hiddenstate.records import Score
from hiddenstate.tasks.verdict import Verdict


def key_figures(scores: Sequence[Score], keys: Sequence[str], verdict: Verdict | None) -> plots.Figures:
    """Those of `keys`, each beside that of the best baseline; the model's score comes first."""
    best = best_baseline(scores, verdict)
    figures = []
    for key in keys:
        column = plots.metric_column(key)
        unit = f" {column.unit}" if column.unit else ""
        shown = f"{number(column.shown(scores[0].metrics))}{unit}"
        known = best is not None and key in best.metrics
        rival = f"{best.name}: {number(column.shown(best.metrics))}{unit}" if best and known else ""
        figures.append(plots.Figure(column.label, shown, rival))
    return plots.Figures(figures)


def best_baseline(scores: Sequence[Score], verdict: Verdict | None) -> Score | None:
    """The score that the verdict holds the model against; None without one."""
    return next((score for score in scores if verdict and score.name == verdict.best_baseline), None)
