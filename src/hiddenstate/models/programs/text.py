"""The program of the text classifier."""

from hiddenstate.models.programs.embed import write_embed
from hiddenstate.models.programs.pools import write_pool
from hiddenstate.models.programs.stack import write_stack, writer_of
from hiddenstate.models.text_classifier import TextClassifier
from hiddenstate.models.word_counts import SCALE
from hiddenstate.program import Program, Writer
from hiddenstate.program.writer import Value


def text_program(model: TextClassifier) -> Program:
    """Inputs words (B, time), lengths and, with character features, grams (B, time, grams) -> logits and attention.

    With pairs of words, two inputs more: "counted" (B, time), words that training never showed as `UNKNOWN`, and
    "pairs" (B, time).
    The outputs are "logits0", "logits1", ... for each level of the labels, coarse first, and "attention".
    """
    writer = writer_of("text_classifier", model)
    x, lengths = write_embed(writer, model.embed, prefix="embed.")
    counted = _count(writer, model, lengths)
    outputs, _ = write_stack(writer, model.recurrent, x, prefix="recurrent.", lengths=lengths)
    context, shares = write_pool(writer, model.pool, outputs, prefix="pool.", lengths=lengths)
    for level in range(len(model.heads.levels)):
        head = f"heads.levels.{level}"
        logits = writer.linear(context, f"{head}.weight", f"{head}.bias")
        if counted:
            logits = writer.scale(writer.add(logits, counted[level]), 0.5)
        writer.output(f"logits{level}", logits)
    writer.output("attention", shares)
    return writer.finish()


def _count(writer: Writer, model: TextClassifier, lengths: Value) -> list[Value]:
    """As `WordCounts`: the logits of each level; none without."""
    counts = model.counts
    if counts is None:
        return []
    seen = writer.input("counted", 1, "time", whole=True, largest=len(counts.table))
    pairs = writer.input("pairs", 1, "time", whole=True, largest=len(counts.pair_table))
    weights = writer.add(writer.embedding(seen, "counts.table"), writer.embedding(pairs, "counts.pair_table"))
    mean, _ = writer.pool(weights, "mean", lengths=lengths)
    scaled = writer.scale(mean, SCALE)
    total = writer.add(scaled, writer.parameter(scaled, "counts.bias"))
    starts = [sum(counts.classes[:level]) for level in range(len(counts.classes))]
    return [
        writer.slice(total, 1, start, start + size)
        for start, size in zip(starts, counts.classes, strict=True)
    ]
