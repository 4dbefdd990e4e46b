"""The program of a saved language model."""

from torch import nn

from hiddenstate.models.programs import program_of
from hiddenstate.program import Program, Writer

PREFIX = "member0."
"""Before the names of the weights in a bundle."""


def generator_program(model: nn.Module) -> Program:
    """Inputs units (B, time) and lengths -> logits (B, units); weights go by their names in a bundle."""
    program = program_of(model)
    writer = Writer("writer", {PREFIX + name: shape for name, shape in program.weights.items()})
    writer.output("logits", writer.include(program, PREFIX)["logits"])
    return writer.finish()
