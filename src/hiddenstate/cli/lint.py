"""``hiddenstate lint``: classic mistakes in somebody's torch module, each with the number that proves it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hiddenstate.workflows.linting.lint import Linted

FOUND = 1
"""Exit code where there are findings, as of other linters; 2 is for questions that cannot be answered."""


def lint(
    model: Annotated[
        str,
        typer.Argument(
            help="FILE.py:NAME, a function that builds the model, its class or the model.", show_default=False
        ),
    ],
    batch: Annotated[
        Path,
        typer.Option(
            "--input", help="A batch as forward() takes it: .npy, .pt or .safetensors.", show_default=False
        ),
    ],
    lengths: Annotated[
        Path | None, typer.Option(help="Real steps of each row (.npy, .pt); the rest is padding.")
    ] = None,
    loss: Annotated[
        str | None, typer.Option(help="What it is trained with: cross_entropy, nll, or a name in FILE.py.")
    ] = None,
    targets: Annotated[Path | None, typer.Option(help="Right classes of the rows (.npy, .pt).")] = None,
    batch_axis: Annotated[int, typer.Option(help="Axis of the input that rows stand on, 0 or 1.")] = 0,
    rules: Annotated[
        str | None,
        typer.Option(
            help="Some of last_step, batch_axis, padding, softmax, forget_bias, carried_state, by commas; all."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a torch module on your batch with one thing changed at a time, and print each mistake with its number.

    Exit code 0 without findings, 1 with some, 2 where it cannot be done. FILE.py is run.

    \b
    hiddenstate lint my_module.py:build --input batch.npy
    hiddenstate lint my_module.py:Net --input batch.pt --lengths lengths.npy --loss cross_entropy
    """
    from hiddenstate.cli.show import show_json
    from hiddenstate.workflows.linting.lint import LintQuestion, lint_file

    linted = lint_file(
        LintQuestion(
            target=model,
            batch=batch,
            lengths=lengths,
            targets=targets,
            loss=loss,
            batch_axis=batch_axis,
            rules=None if rules is None else tuple(name.strip() for name in rules.split(",")),
        )
    )
    if as_json:
        show_json(linted.to_dict())
    else:
        _show(linted)
    if not linted.report.clean:
        raise typer.Exit(FOUND)


def _show(linted: Linted) -> None:
    """Each finding in four lines, then what was not checked."""
    report = linted.report
    for number, finding in enumerate(report.findings, start=1):
        typer.echo(f"{number}. {finding.rule}{f', in {finding.place}' if finding.place else ''}")
        typer.echo(f"   {finding.problem}")
        typer.echo(f"   Proof:  {finding.proof}")
        typer.echo(f"   Remedy: {finding.remedy}\n")
    for rule, reason in report.unchecked:
        typer.echo(f"Not checked: {rule}: {reason}.")
    count = len(report.findings)
    found = (
        "No classic mistake"
        if not count
        else "1 classic mistake"
        if count == 1
        else f"{count} classic mistakes"
    )
    shape = " × ".join(f"{size:,}" for size in linted.shape)
    typer.echo(f"{found} found in {linted.model} on an input of {shape}.")
