"""What people read about a trained forecaster: the offline page and the card."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hiddenstate import plots
from hiddenstate.bundle import compose_card
from hiddenstate.data.audit.finding import Audit
from hiddenstate.data.panel import Panel
from hiddenstate.data.split import Span, Split
from hiddenstate.models.summary import Summary
from hiddenstate.plots.numerals import number, with_unit
from hiddenstate.records import History
from hiddenstate.workflows.forecasts.comparison import COLUMNS, Comparison
from hiddenstate.workflows.forecasts.run_settings import ForecastRun
from hiddenstate.workflows.key_figures import best_baseline
from hiddenstate.workflows.train_again import train_again
from hiddenstate.workflows.verdict_section import verdict_section


@dataclass(frozen=True)
class Facts:
    """Everything that page and card tell."""

    panel: Panel
    split: Split
    run: ForecastRun
    comparison: Comparison
    history: History
    summary: Summary
    audit: Audit

    @property
    def title(self) -> str:
        """What is forecast."""
        return f"Forecast of {', '.join(self.panel.target_names)}"

    @property
    def subtitle(self) -> str:
        """How far ahead, and by what."""
        horizon = self.run.task.horizon
        return (
            f"{horizon} steps of {self.panel.clock.describe()} ahead, by {self.run.label} with "
            f"{self.summary.total:,} parameters, learnt from {Path(self.panel.source).name}"
        )

    def periods(self) -> dict[str, str]:
        """The three parts of the data, in local time."""
        parts = {"training": self.split.train, "validation": self.split.validation, "test": self.split.test}
        return {name: self._period(span) for name, span in parts.items()}

    def _period(self, span: Span) -> str:
        chosen = int(np.argmax(span.stop - span.first))
        clock = self.panel.series[chosen].clock
        ends = [int(span.first[chosen]), max(int(span.stop[chosen]) - 1, int(span.first[chosen]))]
        begin, end = clock.local(clock.at(np.array(ends))).astype("datetime64[m]").astype(str)
        return f"{begin.replace('T', ' ')} to {end.replace('T', ' ')} ({len(span):,} steps)"


def report(facts: Facts) -> str:
    """The page: the verdict first, then what it rests on."""
    comparison, run = facts.comparison, facts.run
    forecast, baselines = comparison.forecast, comparison.baselines
    best = comparison.verdict.best_baseline if comparison.verdict else None
    name, unit = run.label, run.data.unit
    shown = {key: value for key, value in baselines.items() if key == best} or dict(baselines)
    sections: list[plots.Section] = [
        verdict_section(facts.comparison.verdict, f"{len(facts.comparison.forecast.times):,} windows"),
        plots.Figures(_figures(facts)),
        plots.Chart(plots.forecast_fan(forecast, baselines=baselines, show=best, unit=unit)),
        plots.score_table(comparison.scores, metrics=COLUMNS, unit=unit),
        plots.Chart(plots.error_by_hour(forecast, shown, model=name, unit=unit), half=True),
        plots.Chart(plots.error_by_lead(forecast, shown, model=name, unit=unit), half=True),
        plots.Chart(plots.coverage(forecast), half=True),
        plots.Chart(plots.learning_curve(facts.history, loss="pinball loss"), half=True),
        plots.Text("The data, and what was repaired", points=facts.panel.repairs.lines()),
        plots.Text("Why this comparison is fair", points=_fairness(facts)),
        plots.Text("Leak audit", points=facts.audit.lines()),
        plots.Details("Layers", [plots.Code("Layers, shapes and parameters", str(facts.summary))]),
        train_again(run),
    ]
    return plots.Page(facts.title, facts.subtitle, sections).html()


def card(facts: Facts) -> str:
    """The model card, in Markdown."""
    comparison, panel = facts.comparison, facts.panel
    rows: list[Mapping[str, Any]] = [
        {"method": score.name, **{key.upper(): score.metrics.get(key) for key in ("mae", "rmse", "mape")}}
        for score in comparison.scores
    ]
    content: dict[str, Any] = {
        "title": facts.title,
        "summary": facts.subtitle + ".",
        "model": {
            "cell": facts.run.label,
            "parameters": facts.summary.total,
            "horizon (steps)": facts.run.task.horizon,
        },
        "data": {
            "file": Path(panel.source).name,
            "targets": ", ".join(panel.target_names),
            "known beforehand": ", ".join(panel.known_names) or "calendar only",
            "known up to the forecast": ", ".join(panel.past_names) or "nothing beside the targets",
            "series": len(panel.series),
        },
        "period": facts.periods(),
        "split": _fairness(facts),
        "metrics": rows,
        "limits": _limits(facts),
        "usage": "`hiddenstate predict MODEL latest.csv --out forecast.csv`",
    }
    if comparison.verdict is not None:
        content["verdict"] = comparison.verdict.text
    return compose_card(content)


def _figures(facts: Facts) -> list[plots.Figure]:
    metrics = facts.comparison.model.metrics
    best = best_baseline(facts.comparison.scores, facts.comparison.verdict)

    def beside(key: str, suffix: str = "") -> str:
        return f"{best.name}: {number(best.metrics[key])}{suffix}" if best and key in best.metrics else ""

    figures = [
        plots.Figure("Mean absolute error", with_unit(metrics["mae"], facts.run.data.unit), beside("mae")),
        plots.Figure("Mean absolute error in percent", f"{number(metrics['mape'])} %", beside("mape", " %")),
    ]
    figures += [
        plots.Figure(f"Truth inside the {key.removeprefix('coverage_')} % interval", f"{value:.1f} %")
        for key, value in metrics.items()
        if key in ("coverage_80", "coverage_95")
    ]
    return figures


def _fairness(facts: Facts) -> list[str]:
    """What was fitted on what: the lines that a sceptic looks for."""
    parts = facts.periods()
    lines = [
        f"Split by time before anything was fitted. Training: {parts['training']}. "
        f"Validation: {parts['validation']}. Test: {parts['test']}.",
        "Every transform of the data was fitted on the training part alone. "
        "The number of epochs and the width of the intervals were chosen on the validation part.",
        "Model and baselines forecast the same test windows; the test part was read once.",
    ]
    if facts.run.split.refit:
        lines.append(
            "The final networks and the baselines learnt from the training and validation parts together."
        )
    if facts.panel.known_names:
        known = ", ".join(facts.panel.known_names)
        lines.append(
            f"Taken as known beforehand: {known}. If the file holds measured values and not forecasts of them, "
            "the errors here are lower than they will be in use."
        )
    lines += [f"Left out: {name}, because {reason}" for name, reason in facts.comparison.left_out.items()]
    return lines


def _limits(facts: Facts) -> list[str]:
    limits = [
        "Learnt from one period; where habits, prices or the weather leave its range, errors grow.",
        "Intervals are calibrated on the validation part and drift with the data; check their coverage on later files.",
    ]
    if facts.panel.known_names:
        limits.append(f"Needs values of {', '.join(facts.panel.known_names)} for every step of the horizon.")
    return limits
