"""Several networks of one form as one program: their answers averaged."""

from collections.abc import Callable, Sequence

from hiddenstate.program.program import Program
from hiddenstate.program.writer import Value, Writer


def average(
    writer: Writer,
    programs: Sequence[Program],
    prefixes: Sequence[str],
    before: Callable[[str, Value], Value] = lambda name, value: value,
) -> dict[str, Value]:
    """Write all `programs` and return the mean of each output by name.

    `prefixes` lead the names of each network's weights. `before` turns an output, given by its name, into
    what is averaged: probabilities of logits, say.
    """
    answers: dict[str, list[Value]] = {}
    for program, prefix in zip(programs, prefixes, strict=True):
        for name, value in writer.include(program, prefix).items():
            answers.setdefault(name, []).append(before(name, value))
    return {name: mean_of(writer, values) for name, values in answers.items()}


def mean_of(writer: Writer, values: Sequence[Value]) -> Value:
    """The mean of values of one shape."""
    total = values[0]
    for value in values[1:]:
        total = writer.add(total, value)
    return total if len(values) == 1 else writer.scale(total, 1.0 / len(values))
