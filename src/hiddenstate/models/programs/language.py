"""The program of the language model."""

from hiddenstate.models.language_model import LanguageModel
from hiddenstate.models.programs.stack import write_stack, writer_of
from hiddenstate.program import Program

KIND = "language_model"


def language_program(model: LanguageModel) -> Program:
    """Inputs units (B, time) and lengths -> logits (B, units): scores of what follows the last unit of each row."""
    writer = writer_of(KIND, model)
    units = writer.input("units", 1, "time", whole=True, largest=len(model.table))
    lengths = writer.input("lengths", 1, whole=True)
    outputs, _ = write_stack(
        writer, model.recurrent, writer.embedding(units, "table"), prefix="recurrent.", lengths=lengths
    )
    last, _ = writer.pool(outputs, "last", lengths=lengths)
    if model.narrow is not None:
        logits = writer.linear(writer.linear(last, "narrow.weight"), "table", "bias")
    else:
        logits = writer.linear(last, "scores.weight", "bias")
    writer.output("logits", logits)
    return writer.finish()
