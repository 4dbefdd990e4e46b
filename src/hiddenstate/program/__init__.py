"""A trained model as a list of operations with named weights: what every backend reads; no torch, no classes.

`Program` is the description, `Writer` builds one, `Interpreter` computes it in NumPy and is what all other
backends are pinned to, `step_program` makes of it a model that takes one step at a time.
"""

from hiddenstate.program.ensemble import average, mean_of
from hiddenstate.program.interpret import Interpreter
from hiddenstate.program.program import Operation, Output, Program, Scaling
from hiddenstate.program.streaming import carry_states, check_can_stream, step_program, why_not_streaming
from hiddenstate.program.writer import Writer
from hiddenstate.program.writing import WritingPrograms

__all__ = [
    "Interpreter",
    "Operation",
    "Output",
    "Program",
    "Scaling",
    "Writer",
    "WritingPrograms",
    "average",
    "carry_states",
    "check_can_stream",
    "mean_of",
    "step_program",
    "why_not_streaming",
]
