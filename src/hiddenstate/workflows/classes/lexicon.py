"""The words, n-grams and pairs of a text model, for generated C; imports no torch."""

from dataclasses import replace

from hiddenstate.data.word_pairs import FIRST_PAIR
from hiddenstate.export.c_words import Lexicon
from hiddenstate.tasks.text_encoder import TextEncoder


def lexicon_of(encoder: TextEncoder) -> Lexicon:
    """Every word, n-gram and pair with its number."""
    lexicon = Lexicon(encoder.numbers())
    if encoder.characters is not None:
        grams = {gram: number for number, gram in enumerate(encoder.characters.grams)}
        sizes = encoder.characters.settings
        lexicon = replace(lexicon, grams=grams, shortest=sizes.shortest, longest=sizes.longest)
    if encoder.pairs is not None:
        pairs = {pair: number for number, pair in enumerate(encoder.pairs.pairs, start=FIRST_PAIR)}
        lexicon = replace(lexicon, pairs=pairs, counted=len(encoder.vocabulary))
    return lexicon
