"""What people read about a comparison: the page, the table, and the answer to "LSTM or GRU?"."""

import math
from collections.abc import Sequence
from typing import Any

from hiddenstate import plots
from hiddenstate.plots.numerals import number
from hiddenstate.workflows.comparing.arena import Candidate, Reach
from hiddenstate.workflows.comparing.compare import Compared, lstm_and_gru
from hiddenstate.workflows.comparing.plan import EQUAL
from hiddenstate.workflows.comparing.reach import half_lives, reach_words
from hiddenstate.workflows.comparing.standing import Contestant, gap


def report(compared: Compared) -> str:
    """The page: the verdict, the charts of quality against cost, the table, and how it was made fair."""
    ranking, plan = compared.ranking, compared.plan
    metric = compared.arena.metric
    sections: list[plots.Section] = [
        plots.Verdict(ranking.text, _basis(compared), ranking.level),
        plots.Chart(_pareto(compared, "step_us")),
        # With equal weights a chart against them would be a vertical line.
        *([plots.Chart(_pareto(compared, "parameters"))] if plan.equal == "time" else []),
        table(compared),
    ]
    if lines := lstm_or_gru(compared):
        sections.append(plots.Text("LSTM or GRU", points=lines))
    if compared.curves:
        sections.append(plots.Chart(_curves(compared)))
    sections += [
        plots.Text("How this comparison was made", points=_fairness(compared)),
        *([plots.Text("Worth knowing", points=compared.notes)] if compared.notes else []),
    ]
    title = f"Which architecture? {metric.label[0].upper()}{metric.label[1:]} with {EQUAL[plan.equal]}"
    facts = compared.arena.facts
    return plots.Page(title, f"{facts['file']}: {facts['rows']}", sections).html()


def table(compared: Compared) -> plots.Table:
    """One row a contestant, the best first."""
    metric, counts, ranking = compared.arena.metric, compared.counts, compared.ranking
    gaps = dict(ranking.gaps)
    ordered = sorted(compared.contestants, key=lambda one: one.loss(counts))
    rows = []
    for place, one in enumerate(ordered):
        spread = one.spread(counts) * (100.0 if metric.share else 1.0)
        apart = gaps.get(one.name)
        rows.append(
            plots.Row(
                one.name,
                (
                    number(metric.shown(one.loss(counts)))
                    + (f" ± {number(spread)}" if math.isfinite(spread) else ""),
                    _apart(compared, one, apart),
                    f"{one.parameters:,}" if one.parameters else "-",
                    str(one.hidden_size or "-"),
                    number(one.step_us) if one.step_us else "-",
                    number(one.seconds),
                    str(len(one.sums)) if one.recurrent else "-",
                ),
                best=frozenset({0}) if place == 0 else frozenset(),
                strong=one is ranking.winner,
            )
        )
    head = f"{metric.label}{' (%)' if metric.share else f' ({metric.unit})' if metric.unit else ''}"
    return plots.Table(
        "All candidates and baselines",
        (
            "",
            head,
            f"gap to chosen ({'points' if metric.share else '%'})",
            "weights",
            "hidden",
            "µs a step",
            "training (s)",
            "seeds",
        ),
        tuple(rows),
        "± standard error over the seeds. Bold: chosen on the validation rows. µs a step: per row and "
        f"{compared.arena.step} when answering in batches, one thread.",
    )


def to_dict(compared: Compared) -> dict[str, Any]:
    """For ``results.json`` and ``--json``."""
    metric, counts, ranking = compared.arena.metric, compared.counts, compared.ranking
    gaps = dict(ranking.gaps)
    return {
        "verdict": {"level": ranking.level, "text": ranking.text, "chosen": ranking.winner.name},
        "metric": metric.key,
        "equal": compared.plan.equal,
        "contestants": [
            {
                "name": one.name,
                "recurrent": one.recurrent,
                metric.key: metric.shown(one.loss(counts)),
                "standard_error": one.spread(counts) * (100.0 if metric.share else 1.0),
                "gain_over_chosen": gaps[one.name].gain if one.name in gaps else 0.0,
                "interval": [gaps[one.name].low, gaps[one.name].high] if one.name in gaps else [0.0, 0.0],
                "validation_loss": one.validation,
                "parameters": one.parameters,
                "hidden_size": one.hidden_size,
                "step_us": one.step_us,
                "seconds": one.seconds,
                "epochs": one.epochs,
                "seeds": len(one.sums),
            }
            for one in compared.contestants
        ],
        "lstm_or_gru": lstm_or_gru(compared),
        "learning_curves": {
            name: [list(point) for point in points] for name, points in compared.curves.items()
        },
        "notes": list(compared.notes),
        "seconds": compared.ledger.spent,
        "facts": dict(compared.arena.facts),
    }


def lstm_or_gru(compared: Compared) -> list[str]:
    """The textbook's claims, measured on this data; empty where no pair of the two ran."""
    pair = lstm_and_gru(_candidates(compared))
    if not pair:
        return []
    by_name = {one.name: one for one in compared.contestants}
    lstm, gru = by_name[pair[0].name], by_name[pair[1].name]
    shape = compared.ledger.shape
    paces = [shape[one.name]["epoch_seconds"] for one in pair]
    size = compared.arena.hidden_size
    weights = [_recurrent_weights(compared, one, size) for one in pair]
    apart = gap(gru, lstm, compared.counts, compared.arena.metric)
    ahead, behind = (gru, lstm) if apart.gain >= 0 else (lstm, gru)
    lead = gap(ahead, behind, compared.counts, compared.arena.metric)
    sure = "is better" if lead.level == "better" else "is ahead, but not clearly,"
    lines = [
        f"Which trains faster? An epoch of {gru.name} takes {number(paces[1] / paces[0])} times as long as one of "
        f"{lstm.name} ({number(paces[1])} against {number(paces[0])} s; hidden {gru.hidden_size} against "
        f"{lstm.hidden_size}).",
        f"Which has fewer weights? With {size} units each, {gru.name} has {weights[1]:,} and {lstm.name} "
        f"{weights[0]:,} in all, embedding and head included.",
        f"Which is better here? {ahead.name} {sure} by {lead.words(compared.arena.metric)}.",
    ]
    if reached := _further_back(compared, lstm, gru):
        lines.append(reached)
    if compared.curves:
        lines.append(_with_little(compared, lstm, gru))
    return lines


def _further_back(compared: Compared, lstm: Contestant, gru: Contestant) -> str:
    """How long the units of the trained networks remember; empty where that was not measured."""
    reaches = [
        [
            Reach(*run.reach)
            for run in compared.ledger.runs
            if run.name == one.name and run.reach and not run.failure
        ]
        for one in (lstm, gru)
    ]
    if not all(reaches):
        return ""
    ahead = (lstm, gru)[half_lives(reaches[1])[1] > half_lives(reaches[0])[1]]
    return (
        f"Which reaches further back? {ahead.name}: after training a unit has lost half of what it held "
        f"{reach_words(reaches[0])} in {lstm.name}, {reach_words(reaches[1])} in {gru.name}. What other units carry "
        "on for it is not in this number."
    )


def _with_little(compared: Compared, lstm: Contestant, gru: Contestant) -> str:
    points = [dict(compared.curves.get(one.name, ())) for one in (lstm, gru)]
    shared = sorted(points[0].keys() & points[1].keys())
    if not shared:
        return "Which wins with little data? The budget left no time to see."
    least = shared[0]
    shown = [compared.arena.metric.shown(part[least]) for part in points]
    ahead = lstm if points[0][least] < points[1][least] else gru
    return (
        f"Which wins with little data? With {100 * least:.0f} % of the training rows {ahead.name} is ahead: "
        f"{lstm.name} {number(shown[0])}, {gru.name} {number(shown[1])} (one seed)."
    )


def _recurrent_weights(compared: Compared, candidate: Candidate, size: int) -> int:
    from hiddenstate.workflows.comparing.timing import parameters_of

    return parameters_of(compared.arena.bench(candidate, size))


def _candidates(compared: Compared) -> Sequence[Candidate]:
    names = {one.name for one in compared.contestants}
    return [one for one in compared.arena.candidates if one.name in names]


def _apart(compared: Compared, one: Contestant, apart: Any) -> str:
    if apart is None:
        return "chosen" if one is compared.ranking.winner else "-"
    low, value, high = (f"{number(100 * part)}" for part in (apart.low, apart.gain, apart.high))
    return f"{value} ({low} to {high})"


def _pareto(compared: Compared, cost: str) -> Any:
    metric, counts = compared.arena.metric, compared.counts
    rival = compared.ranking.rival
    points = [
        plots.Point(
            one.name,
            metric.shown(one.loss(counts)),
            float(getattr(one, cost)),
            one is compared.ranking.winner,
        )
        for one in compared.contestants
        if one.recurrent and getattr(one, cost)
    ]
    unit = " (%)" if metric.share else f" ({metric.unit})" if metric.unit else ""
    name = f"{metric.label[0].upper()}{metric.label[1:]}{unit}"
    words = {"step_us": f"microseconds a {compared.arena.step}", "parameters": "weights"}[cost]
    level = (rival.name, metric.shown(rival.loss(counts))) if rival else None
    return plots.pareto(points, quality=name, cost=words, higher=metric.share, level=level)


def _curves(compared: Compared) -> Any:
    metric = compared.arena.metric
    shown = {
        name: [(100.0 * share, metric.shown(loss)) for share, loss in points]
        for name, points in compared.curves.items()
    }
    return plots.data_curve(shown, quality=metric.label, rows="share of the training rows (%)")


def _basis(compared: Compared) -> str:
    runs = sum(1 for run in compared.ledger.runs if run.seed >= 0 and not run.failure)
    rows = int(compared.counts.sum())
    minutes = compared.ledger.spent / 60
    return f"{runs} training runs in {minutes:.1f} minutes; all measured on the same {rows:,} {compared.arena.things}."


def _fairness(compared: Compared) -> list[str]:
    plan = compared.plan
    held = {
        "parameters": "Every candidate has as many weights as the LSTM of the settings, as nearly as whole units "
        "allow, and trains for the same number of epochs.",
        "time": "Every candidate has as many units, and the same time to train: a fast one makes more "
        "passes.",
    }[plan.equal]
    return [
        held,
        "The chosen one is the candidate with the lowest validation loss, so that its test figure is not the luckiest "
        "of many; the baseline against it is the one that is best on the test rows.",
        "No candidate learns from the validation rows.",
        f"Intervals: 95 %, of a paired bootstrap over {compared.arena.things} that belong together and over seeds.",
        f"{plan.seeds} seeds; budget {plan.budget:.0f} s.",
    ]
