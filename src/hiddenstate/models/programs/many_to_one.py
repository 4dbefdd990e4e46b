"""The program of one answer from a whole sequence."""

from typing import Any

from hiddenstate.models.many_to_one import ManyToOne
from hiddenstate.models.programs.pools import write_pool
from hiddenstate.models.programs.stack import write_stack, writer_of
from hiddenstate.program import Program


def many_to_one_program(model: ManyToOne) -> Program:
    """Inputs x (B, time, input) and lengths -> values (B, output) and weights (B, time)."""
    writer = writer_of("many_to_one", model)
    first: Any = model.recurrent.layers[0]
    cell = first.forwards.cell if model.recurrent.bidirectional else first.cell
    x = writer.input("x", 1, "time", cell.input_size)
    lengths = writer.input("lengths", 1, whole=True)
    outputs, _ = write_stack(writer, model.recurrent, x, prefix="recurrent.", lengths=lengths)
    context, shares = write_pool(writer, model.pool, outputs, prefix="pool.", lengths=lengths)
    writer.output("values", writer.linear(context, "head.weight", "head.bias"))
    writer.output("weights", shares)
    return writer.finish()
