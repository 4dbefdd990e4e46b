"""The words and n-grams of a text model, for generated C; imports no torch."""

from hiddenstate.export.c_words import Lexicon
from hiddenstate.tasks.text_encoder import TextEncoder


def lexicon_of(encoder: TextEncoder) -> Lexicon:
    """Every word and every n-gram with its number."""
    pairs = encoder.pairs is not None
    if encoder.characters is None:
        return Lexicon(encoder.numbers(), pairs=pairs)
    grams = {gram: number for number, gram in enumerate(encoder.characters.grams)}
    sizes = encoder.characters.settings
    return Lexicon(encoder.numbers(), grams, sizes.shortest, sizes.longest, pairs)
