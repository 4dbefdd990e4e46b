"""The program of words as vectors."""

from hiddenstate.models.embed import Embed
from hiddenstate.program import Writer
from hiddenstate.program.writer import Value


def write_embed(writer: Writer, embed: Embed, *, prefix: str) -> tuple[Value, Value]:
    """The inputs words (B, time), lengths and, with character features, grams (B, time, grams).

    Returns the words' vectors (B, time, size) and the lengths; `prefix` leads to the weights.
    """
    sizes = embed.sizes
    words = writer.input("words", 1, "time", whole=True, largest=sizes.words + sizes.further)
    lengths = writer.input("lengths", 1, whole=True)
    further = f"{prefix}further" if embed.further is not None else None
    x = writer.embedding(words, f"{prefix}table", further)
    if embed.gram_table is not None:
        grams = writer.input("grams", 1, "time", "grams", whole=True, largest=sizes.grams)
        x = writer.concat([x, writer.gram_mean(grams, f"{prefix}gram_table")], axis=2)
    return x, lengths
