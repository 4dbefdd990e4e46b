"""The two programs of a translator: one reads a sentence, one writes a step of its translation."""

from dataclasses import replace
from typing import Any

from hiddenstate.layers import Stacked
from hiddenstate.models.encoder_decoder import EncoderDecoder
from hiddenstate.models.programs.pools import write_attention
from hiddenstate.models.programs.stack import State, cell_name, write_stack, writer_of
from hiddenstate.program import Program, Writer, WritingPrograms
from hiddenstate.program.operations import CELL_STATES
from hiddenstate.program.writer import Value

KIND = "translator"
FED = "fed"
"""The state that input feeding carries: the readout of the step before, zero before the first."""


def translator_programs(model: EncoderDecoder) -> WritingPrograms:
    """Both; weights go by their names in the state dict. Raises `ProgramError` as `cell_name`."""
    return WritingPrograms(_reads(model), _writes(model))


def _reads(model: EncoderDecoder) -> Program:
    """Inputs sources (B, time) and lengths -> keys (B, time, hidden) and the decoder's first state.

    All parts of that are the summary (B, hidden), which without attention stands in place of the keys, too.
    """
    writer = writer_of(KIND, model)
    sources = writer.input("sources", 1, "time", whole=True, largest=len(model.bias))
    lengths = writer.input("lengths", 1, whole=True)
    embedded = writer.scale(writer.embedding(sources, "embedding.weight"), model.scale)
    outputs, final = write_stack(writer, model.encoder, embedded, prefix="encoder.", lengths=lengths)
    last = writer.concat([state["h"] for state in final[-1]], axis=1)  # of both directions of the top layer
    summary = writer.activation(writer.linear(last, "to_summary.weight", "to_summary.bias"), "tanh")
    if model.attention is None:
        writer.output("summary", summary)
    else:
        writer.output("keys", write_keys(writer, outputs))
    for name in _state_names(model.lower, "lower") + _state_names(model.upper, "upper"):
        writer.output(name, summary)
    return writer.finish()


def write_keys(writer: Writer, outputs: Value) -> Value:
    """(B, time, hidden) what the decoder's attention asks, of the encoder's outputs: `EncoderDecoder.encode`."""
    return writer.linear(outputs, "to_keys.weight")


def _writes(model: EncoderDecoder) -> Program:
    """Inputs piece (B,), keys and lengths, or the summary, and the states -> what follows.

    log_probabilities (B, pieces), with attention its weights (B, time), and the next states.
    """
    writer = writer_of(f"{KIND}_step", model)
    size, hidden = model.embedding.embedding_dim, model.readout.in_features // 2
    piece = writer.input("piece", 1, whole=True, largest=len(model.bias))
    lower, upper = (
        {name.split(".")[1]: writer.input(name, 1, hidden) for name in _state_names(stack, place)}
        for stack, place in ((model.lower, "lower"), (model.upper, "upper"))
    )
    read = writer.scale(writer.embedding(piece, "embedding.weight"), model.scale)
    if model.settings.input_feeding:
        read = writer.concat([read, writer.input(FED, 1, size)], axis=1)
    asked, lower_after = _step(writer, model.lower, read, "lower", lower)
    shares = None
    if model.attention is None:
        context = writer.input("summary", 1, hidden)
    else:
        keys, lengths = writer.input("keys", 1, "time", hidden), writer.input("lengths", 1, whole=True)
        context, shares = write_attention(
            writer, model.attention.score, keys, prefix="attention.", lengths=lengths, query=asked
        )
    seen, upper_after = _step(writer, model.upper, writer.concat([asked, context], axis=1), "upper", upper)
    readout = writer.linear(writer.concat([seen, context], axis=1), "readout.weight", "readout.bias")
    readout = writer.activation(readout, "tanh")
    scores = writer.linear(readout, "embedding.weight", "bias")
    writer.output("log_probabilities", writer.activation(scores, "log_softmax"))
    if shares is not None:
        writer.output("attention", shares)
    after = {f"lower.{part}": value for part, value in lower_after.items()}
    after |= {f"upper.{part}": value for part, value in upper_after.items()}
    if model.settings.input_feeding:
        after[FED] = readout
    for name, value in after.items():
        writer.output(f"{name}.next", value)
    return replace(writer.finish(), states={name: f"{name}.next" for name in after})


def _step(writer: Writer, stack: Stacked, x: Value, place: str, state: State) -> tuple[Value, State]:
    """One step of a layer: x (B, features) -> h (B, hidden) and its state."""
    _, features = writer.shapes[x]
    _, final = write_stack(
        writer, stack, writer.reshape(x, 1, 1, features), prefix=f"{place}.", states=[(state,)]
    )
    ((after,),) = final
    return after["h"], after


def _state_names(stack: Stacked, place: str) -> list[str]:
    layer: Any = stack.layers[0]
    return [f"{place}.{part}" for part in CELL_STATES[cell_name(layer.cell)]]
