"""``hiddenstate choose``: what a file is, which network fits it, and the command that trains it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hiddenstate.data.recognition.guess import Recognition


def choose(
    source: Annotated[
        Path, typer.Argument(help="A file, or a folder of recordings or texts.", show_default=False)
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """Say what a file holds, which network fits it and why, and how to train it. Nothing is trained.

    \b
    hiddenstate choose data.csv
    hiddenstate choose questions.csv --step-budget 50us --ram 256k
    """
    from hiddenstate.cli.show import console, show_json
    from hiddenstate.data.recognition.recognise import recognise
    from hiddenstate.workflows.choosing.choice import choose_for
    from hiddenstate.workflows.choosing.footprint import kibibytes, microseconds
    from hiddenstate.workflows.choosing.limits import Limits

    limits = Limits(
        streaming=streaming,
        step_us=None if step_budget is None else microseconds(step_budget),
        memory=None if ram is None else kibibytes(ram),
    )
    recognition = recognise(source)
    if kind is None and recognition.ambiguous and not as_json and _asks():
        kind = _answer(recognition)
    choice = choose_for(source, limits, kind=kind, recognition=recognition)
    if as_json:
        show_json(choice.to_dict())
        return
    for line in choice.lines():
        console().print(line, highlight=False, markup=False, soft_wrap=True)


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
