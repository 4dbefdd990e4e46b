"""The words and n-grams of a text model, for generated C; imports no torch."""

from hiddenstate.errors import SettingsError
from hiddenstate.export.c_words import Lexicon
from hiddenstate.tasks.text_encoder import TextEncoder


def lexicon_of(encoder: TextEncoder) -> Lexicon:
    """Every word and every n-gram with its number. Raises `SettingsError` for an encoder with pairs of words."""
    if encoder.pairs is not None:
        raise SettingsError(
            "expected a model that reads words, got one that counts pairs of them too: generated C has no table of "
            "pairs yet. Export to onnx, or train with word_pairs = false."
        )
    if encoder.characters is None:
        return Lexicon(encoder.numbers())
    grams = {gram: number for number, gram in enumerate(encoder.characters.grams)}
    sizes = encoder.characters.settings
    return Lexicon(encoder.numbers(), grams, sizes.shortest, sizes.longest)
