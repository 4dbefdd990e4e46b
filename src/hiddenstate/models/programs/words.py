"""The programs of networks that read words in their sentence: the tagger, and the reader of intents and slots."""

from hiddenstate.data.tagged_table import CASINGS
from hiddenstate.models.intent_slots import IntentSlots
from hiddenstate.models.programs.embed import write_embed
from hiddenstate.models.programs.pools import write_pool
from hiddenstate.models.programs.stack import write_stack, writer_of
from hiddenstate.models.read_words import ReadWords
from hiddenstate.models.tagger import Tagger
from hiddenstate.program import Program, Writer
from hiddenstate.program.writer import Value


def tagger_program(model: Tagger) -> Program:
    """Inputs words (B, time), lengths, grams (B, time, grams) and casing (B, time) -> scores (B, time, tags).

    Grams and casing only where the network reads them. The scores are those of each word's tags before any
    softmax or CRF, zero beyond a row's length: the best path through them is searched outside.
    """
    writer = writer_of("tagger", model)
    states, lengths = _write_words(writer, model.words)
    writer.output("scores", _write_scores(writer, states, lengths))
    return writer.finish()


def intent_program(model: IntentSlots) -> Program:
    """The inputs of `tagger_program` -> scores (B, time, tags), logits (B, intents) and attention (B, time)."""
    writer = writer_of("intent_slots", model)
    states, lengths = _write_words(writer, model.words)
    context, shares = write_pool(writer, model.pool, states, prefix="pool.", lengths=lengths)
    head = "intents.levels.0"
    writer.output("scores", _write_scores(writer, states, lengths))
    writer.output("logits", writer.linear(context, f"{head}.weight", f"{head}.bias"))
    writer.output("attention", shares)
    return writer.finish()


def _write_words(writer: Writer, words: ReadWords) -> tuple[Value, Value]:
    """As `ReadWords`: each word's state (B, time, features); and the lengths."""
    x, lengths = write_embed(writer, words.embed, prefix="words.embed.")
    if words.casing is not None:
        casing = writer.input("casing", 1, "time", whole=True, largest=len(CASINGS))
        x = writer.concat([x, writer.embedding(casing, "words.casing.weight")], axis=2)
    states, _ = write_stack(writer, words.recurrent, x, prefix="words.recurrent.", lengths=lengths)
    return states, lengths


def _write_scores(writer: Writer, states: Value, lengths: Value) -> Value:
    return writer.clear(writer.linear(states, "head.scores.weight", "head.scores.bias"), lengths)
