"""``hiddenstate choose``: what a file is, which network fits it, and the command that trains it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hiddenstate.data.recognition.guess import Recognition
    from hiddenstate.workflows.choosing.choice import Choice


def choose(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="A file, or a folder of recordings or texts.", show_default=False, metavar="SOURCE"
        ),
    ],
    streaming: Annotated[
        bool, typer.Option("--streaming", help="Answers are due while the sequence is still coming.")
    ] = False,
    step_budget: Annotated[str | None, typer.Option(help="Time that a step may take: 50us, 2ms.")] = None,
    ram: Annotated[str | None, typer.Option(help="Memory for weights and state: 32k, 1M.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="What the file is, where that is not clear: labelled_texts, series, tagged, pairs, recordings, "
            "plain, intents.",
        ),
    ] = None,
    pilot: Annotated[
        bool, typer.Option("--pilot", help="Train a few architectures on it for a minute, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """Say what a file holds, which network fits it and why, and how to train it. Nothing is trained without --pilot.

    \b
    hiddenstate choose data.csv
    hiddenstate choose data.csv --pilot
    hiddenstate choose questions.csv --step-budget 50us --ram 256k
    """
    from hiddenstate.cli.show import console, show_json
    from hiddenstate.data.recognition.recognise import recognise
    from hiddenstate.workflows.choosing.choice import choose_for, one_kind
    from hiddenstate.workflows.choosing.footprint import kibibytes, microseconds
    from hiddenstate.workflows.choosing.limits import Limits

    limits = Limits(
        streaming=streaming,
        step_us=None if step_budget is None else microseconds(step_budget),
        memory=None if ram is None else kibibytes(ram),
    )
    source = sources[0]
    recognition = one_kind([recognise(each) for each in sources])
    if kind is None and recognition.ambiguous and not as_json and _asks():
        kind = _answer(recognition)
    choice = choose_for(source, limits, kind=kind, recognition=recognition)
    if not as_json:
        for line in choice.lines():
            console().print(line, highlight=False, markup=False, soft_wrap=True)
    tried = _pilot(source, choice, quiet=as_json) if pilot else {}
    if as_json:
        show_json({**choice.to_dict(), **tried})


def _pilot(source: Path, choice: Choice, *, quiet: bool) -> dict[str, Any]:
    """The pilot's answer, printed unless `quiet`."""
    from hiddenstate.cli.show import STYLES, console
    from hiddenstate.workflows.choosing.pilot import CAUTION
    from hiddenstate.workflows.choosing.pilot import pilot as run_pilot
    from hiddenstate.workflows.comparing.report import table, to_dict

    compared = run_pilot(source, choice, quiet=quiet)
    if not quiet:
        screen, ranking = console(), compared.ranking
        screen.print(table(compared).terminal())
        screen.print(f"Pilot: {ranking.text}", style=STYLES[ranking.level], highlight=False, markup=False)
        screen.print(CAUTION, highlight=False, markup=False)
    return {"pilot": {**to_dict(compared), "caution": CAUTION}}


def _answer(recognition: Recognition) -> str:
    """The kind that the user picks from the guesses."""
    guesses = recognition.guesses
    for number, guess in enumerate(guesses, start=1):
        typer.echo(f"{number}  {guess.name} (score {guess.score:.2f}): {guess.evidence[-1]}")
    while True:
        picked = int(typer.prompt("Which one is it?", default=1, type=int))
        if 1 <= picked <= len(guesses):
            return guesses[picked - 1].kind
        typer.echo(f"Expected a number from 1 to {len(guesses)}, got {picked}.")


def _asks() -> bool:
    """Whether somebody sits there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()
