"""Results in the terminal: the verdict first, then the table it rests on."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hiddenstate.parity.certificate import Certificate
    from hiddenstate.workflows.budget import Budget
    from hiddenstate.workflows.outcome import Outcome, Trained

STYLES = {"better": "bold green", "same": "bold yellow", "worse": "bold red"}


def show_result(trained: Trained) -> None:
    """What training found, and where everything is."""
    show_outcome(trained.outcome)
    console().print(f"Model:  {trained.folder}/", soft_wrap=True, highlight=False)
    console().print(f"Report: {trained.report.resolve()}", soft_wrap=True, highlight=False)


def show_outcome(outcome: Outcome) -> None:
    """The table, what to know beside it, and the verdict."""
    from hiddenstate.plots import score_table

    screen = console()
    table = score_table(
        outcome.scores,
        metrics=outcome.columns,
        unit=outcome.unit,
        note=f"Measured on {outcome.basis}. * best of a column.",
    )
    screen.print(table.terminal())
    for line in outcome.notes:
        screen.print(line, highlight=False, markup=False)
    for line in outcome.repairs:
        screen.print(f"Data: {line}", highlight=False, markup=False)
    if outcome.verdict is not None:
        screen.print()
        style = STYLES[outcome.verdict.level]
        screen.print(f"Verdict: {outcome.verdict.text}", style=style, highlight=False, markup=False)
        screen.print()


def show_certificate(certificate: Certificate) -> None:
    """Every way beside the reference, what could not be tried and, first of all, what failed."""
    from rich.table import Table

    from hiddenstate.parity.certificate import REFERENCE

    screen = console()
    for line in certificate.failures:
        screen.print(line, style=STYLES["worse"], highlight=False, markup=False, soft_wrap=True)
    table = Table("computed by", "largest error", "mean error", "other labels", "largest in")
    for pair in certificate.pairs:
        if pair.first == REFERENCE:
            table.add_row(
                pair.second,
                f"{pair.largest:.1e}",
                f"{pair.mean:.1e}",
                str(pair.flips),
                f"{pair.case}: {pair.output}",
            )
    screen.print(table)
    for name, reason in certificate.missing.items():
        screen.print(f"Not tried: {name}: {reason}.", highlight=False, markup=False)
    if certificate.int8:
        facts = ", ".join(f"{name.replace('_', ' ')} {value:.3g}" for name, value in certificate.int8.items())
        screen.print(f"Rounding weights to int8, on these inputs: {facts}.", highlight=False, markup=False)
    said = f"{certificate.rows} rows, errors relative to the row's largest value or to 1, against NumPy in float64."
    screen.print(said, highlight=False, markup=False)
    verdict = (
        "All ways give the same numbers." if certificate.passed else "Not all ways give the same numbers."
    )
    screen.print(verdict, style=STYLES["better" if certificate.passed else "worse"], highlight=False)


def show_budget(budget: Budget) -> None:
    """What a model costs, one figure a row."""
    from rich.table import Table

    table = Table("cost", "figure")
    table.add_row(f"Time of {budget.timed}, here", f"{budget.microseconds:,.0f} microseconds (median)")
    for what, microseconds in budget.further_times.items():
        table.add_row(f"Time of {what}, here", f"{microseconds:,.1f} microseconds (median)")
    table.add_row("Parameters", f"{budget.parameters:,}")
    for name, size in budget.weight_bytes.items():
        table.add_row(f"Weights in {name}", f"{size:,} bytes")
    for what, size in budget.ram_bytes.items():
        table.add_row(f"RAM here, {what}", f"{size:,} bytes")
    for chip in budget.c:
        whole = (
            f"sequences of up to {budget.c_longest} steps"
            if budget.timed != "a forecast from its window"
            else "a window"
        )
        scope = whole if chip.state_bytes is None else "one step"
        table.add_row(f"Flash as C, {chip.weights}", f"{chip.flash_bytes:,} bytes, and the code")
        table.add_row(f"RAM as C, {chip.weights}", f"{chip.ram_bytes:,} bytes for {scope}")
        if chip.state_bytes is not None:
            table.add_row(f"State as C, {chip.weights}", f"{chip.state_bytes:,} bytes for each stream")
    table.add_row("Streams step by step", _streams(budget))
    screen = console()
    screen.print(table)
    if budget.why_no_c is not None:
        screen.print(f"As C: {budget.why_no_c}", highlight=False, markup=False)


def _streams(budget: Budget) -> str:
    if budget.kind == "forecaster":
        return f"no: {budget.why_not}; hiddenstate stream keeps the window"
    if budget.why_not is not None:
        return f"no: {budget.why_not}"
    running = any(chip.state_bytes is None for chip in budget.c)
    return "yes, in Python; as C and ONNX whole sequences only" if running else "yes"


def show_json(values: dict[str, Any]) -> None:
    """JSON on standard output; a figure that does not exist is null."""
    from hiddenstate.bundle.contents import plain_json

    sys.stdout.write(json.dumps(plain_json(values), indent=2, ensure_ascii=False) + "\n")


def console() -> Any:
    """The terminal. A pipe has no width of its own: wide enough that no figure is cut."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=110)
