"""A torch model as something that can be certified."""

from typing import Literal

from torch import nn

from hiddenstate.models.encoder_decoder import EncoderDecoder
from hiddenstate.models.programs import program_of
from hiddenstate.models.programs.encoder_decoder import translator_programs
from hiddenstate.parity.backends import Subject
from hiddenstate.parity.networks import run_network
from hiddenstate.parity.steps import Arrays
from hiddenstate.program import Program, carry_states, why_not_streaming


def subject_of(model: nn.Module, name: str) -> Subject:
    """The subject of a model in evaluation mode; its states are inputs and outputs where it streams.

    >>> from hiddenstate.layers import Stacked
    >>> list(subject_of(Stacked("gru", 3, hidden_size=5), "example").program.states)
    ['layer0.h']
    """
    weights = {key: tensor.detach().cpu().numpy() for key, tensor in model.state_dict().items()}

    def network(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        return run_network(model, inputs, path)

    if isinstance(model, EncoderDecoder):
        reads, writes = translator_programs(model)
        return Subject(name, reads, weights, network, writes=writes)
    program = program_of(model)
    if why_not_streaming(program) is None:
        program = carry_states(program)
    return Subject(name, program, weights, network, longest_of(program))


def longest_of(program: Program) -> int | None:
    """The most steps that a program takes; None for any number."""
    limits = [
        program.weights[operation.weights["b"]][0]
        for operation in program.operations
        if operation.kind == "attention" and operation.options["score"] == "per_step"
    ]
    return min(limits, default=None)
