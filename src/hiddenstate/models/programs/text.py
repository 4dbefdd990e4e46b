"""The program of the text classifier."""

from hiddenstate.models.programs.pools import write_pool
from hiddenstate.models.programs.stack import write_stack, writer_of
from hiddenstate.models.text_classifier import TextClassifier
from hiddenstate.program import Program


def text_program(model: TextClassifier) -> Program:
    """Inputs words (B, time), lengths and, with character features, grams (B, time, grams) -> logits and attention.

    The outputs are "logits0", "logits1", ... for each level of the labels, coarse first, and "attention".
    """
    writer = writer_of("text_classifier", model)
    sizes = model.embed.sizes
    words = writer.input("words", 1, "time", whole=True, largest=sizes.words + sizes.further)
    lengths = writer.input("lengths", 1, whole=True)
    x = writer.embedding(words, "embed.table", "embed.further" if model.embed.further is not None else None)
    if model.embed.gram_table is not None:
        grams = writer.input("grams", 1, "time", "grams", whole=True, largest=sizes.grams)
        x = writer.concat([x, writer.gram_mean(grams, "embed.gram_table")], axis=2)
    outputs, _ = write_stack(writer, model.recurrent, x, prefix="recurrent.", lengths=lengths)
    context, shares = write_pool(writer, model.pool, outputs, prefix="pool.", lengths=lengths)
    for level in range(len(model.heads.levels)):
        head = f"heads.levels.{level}"
        writer.output(f"logits{level}", writer.linear(context, f"{head}.weight", f"{head}.bias"))
    writer.output("attention", shares)
    return writer.finish()
