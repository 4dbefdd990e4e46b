"""The program of the network that hears."""

from hiddenstate.models.hearing import HearingNetwork
from hiddenstate.models.programs.pools import write_pool
from hiddenstate.models.programs.stack import write_stack, writer_of
from hiddenstate.program import Program


def hearing_program(model: HearingNetwork) -> Program:
    """Inputs frames (B, time, context · features) and lengths -> logits (B, classes) and attention (B, time)."""
    writer = writer_of("hearing", model)
    frames = writer.input("frames", 1, "time", model.convolution.in_features)
    lengths = writer.input("lengths", 1, whole=True)
    x = writer.activation(writer.linear(frames, "convolution.weight", "convolution.bias"), "relu")
    outputs, _ = write_stack(writer, model.recurrent, x, prefix="recurrent.", lengths=lengths)
    context, shares = write_pool(writer, model.pool, outputs, prefix="pool.", lengths=lengths)
    writer.output("logits", writer.linear(context, "head.weight", "head.bias"))
    writer.output("attention", shares)
    return writer.finish()
