"""From a file to a recommendation, for the terminal and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hiddenstate.choices import choose
from hiddenstate.data.recognition.guess import KINDS, Guess, Recognition
from hiddenstate.data.recognition.recognise import recognise
from hiddenstate.errors import InputError
from hiddenstate.workflows.choosing.advice import Advice, advise
from hiddenstate.workflows.choosing.command import commands_for
from hiddenstate.workflows.choosing.footprint import FORMULA
from hiddenstate.workflows.choosing.limits import Limits


@dataclass(frozen=True)
class Choice:
    """What the file is, what fits it, and how to train that."""

    recognition: Recognition
    guess: Guess
    """The one that the recommendation is for."""
    advice: Advice
    commands: tuple[str, ...]
    """The last one trains; those before it make the file readable."""
    settled: bool
    """Whether the guess is clear, or was named by the user."""

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.recognition.source}: {self.guess.name} (score {self.guess.score:.2f} of 1)"
        yield from (f"  {line}" for line in self.guess.evidence)
        others = [guess for guess in self.recognition.guesses if guess is not self.guess]
        if others:
            listing = ", ".join(f"{guess.name} ({guess.score:.2f})" for guess in others)
            yield f"  Less likely: {listing}." if self.settled else f"  It could also be: {listing}."
        if not self.settled:
            yield "  Not clear. Say what it is: " + " or ".join(
                f"--as {guess.kind}" for guess in self.recognition.guesses
            )
        yield ""
        yield f"Recommended: {self.advice.architecture}"
        yield from (f"  {line}" for line in self.advice.because)
        yield f"  Size: {self.advice.network}."
        yield f"  ({FORMULA}.)"
        yield from (f"  Note: {line}" for line in self.advice.cautions)
        yield ""
        for remedy in self.guess.hindrances:
            yield f"Before training: {remedy.reason}"
        yield from (f"  {command}" for command in self.commands)

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        network = self.advice.network
        return {
            "source": self.recognition.source,
            "kind": self.guess.kind,
            "clear": self.settled,
            "guesses": [
                {
                    "kind": guess.kind,
                    "score": round(guess.score, 3),
                    "evidence": list(guess.evidence),
                    "roles": dict(guess.roles),
                    "facts": dict(guess.facts),
                }
                for guess in self.recognition.guesses
            ],
            "architecture": self.advice.architecture,
            "because": list(self.advice.because),
            "cautions": list(self.advice.cautions),
            "parameters": network.parameters,
            "step_us": round(network.step_us, 2),
            "bytes": network.memory,
            "formula": FORMULA,
            "before": [remedy.reason for remedy in self.guess.hindrances],
            "commands": list(self.commands),
        }


def one_kind(recognitions: Sequence[Recognition]) -> Recognition:
    """The first of several sources, which must all be of one kind; the others are told in its evidence.

    Raises `InputError` where they are not.
    """
    first, *others = recognitions
    if any(other.best.kind != first.best.kind for other in others):
        listing = "; ".join(f"{one.source} is {one.best.name}" for one in recognitions)
        raise InputError(f"expected files of one kind, got several: {listing}. Choose for each one alone.")
    if not others:
        return first
    line = f"{', '.join(other.source for other in others)}: {first.best.name} too. What follows is for the first file."
    best = replace(first.best, evidence=(*first.best.evidence, line))
    return replace(first, guesses=(best, *first.guesses[1:]))


def choose_for(
    source: Path, limits: Limits, *, kind: str | None = None, recognition: Recognition | None = None
) -> Choice:
    """Recognise `source`, unless that is done, and recommend; `kind` settles what it is.

    Raises `InputError` for a source that cannot be read or is nothing of `kind`, `SettingsError` for an unknown kind.
    """
    found = recognition or recognise(source)
    guess = found.best
    if kind is not None:
        choose(KINDS, kind, "kind")
        named = found.of(kind)
        if named is None:
            seen = ", ".join(guess.kind for guess in found.guesses)
            raise InputError(f"{source}: expected {KINDS[kind]}, got what may be: {seen}. Name one of these.")
        guess = named
    advice = advise(guess, limits)
    settled = kind is not None or not found.ambiguous
    return Choice(found, guess, advice, commands_for(source, guess, advice), settled)
