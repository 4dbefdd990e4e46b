"""The program of the network that writes down what is said."""

from hiddenstate.models.programs.stack import write_stack, writer_of
from hiddenstate.models.transcriber import Transcriber
from hiddenstate.program import Program


def transcriber_program(model: Transcriber) -> Program:
    """Inputs frames (B, time, stack · features) and lengths -> log_probabilities (B, time, 1 + letters).

    0 is "no letter"; beyond a row's length all are 0.
    """
    writer = writer_of("transcriber", model)
    frames = writer.input("frames", 1, "time", model.step_features)
    lengths = writer.input("lengths", 1, whole=True)
    outputs, _ = write_stack(writer, model.layers, frames, prefix="layers.", lengths=lengths)
    logs = writer.activation(writer.linear(outputs, "head.weight", "head.bias"), "log_softmax")
    writer.output("log_probabilities", writer.clear(logs, lengths))
    return writer.finish()
