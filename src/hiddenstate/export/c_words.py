"""What a text model needs before its network, as C: the number of a word, and those of its character n-grams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import SettingsError
from hiddenstate.export.c_numbers import c_array

LONGEST_WORD = 40
"""Characters of a word whose n-grams count, as in `hiddenstate.data.characters`."""


@dataclass(frozen=True)
class Lexicon:
    """Words and n-grams with their numbers."""

    words: Mapping[str, int] = field(default_factory=dict)
    grams: Mapping[str, int] = field(default_factory=dict)
    shortest: int = 2
    """Characters of the shortest n-gram."""
    longest: int = 4
    pairs: bool = False
    """Whether the model counts pairs of words besides, which C has no table of."""

    @property
    def most_grams(self) -> int:
        """n-grams that a word has at most."""
        marked = LONGEST_WORD + 2
        return sum(max(marked - size + 1, 0) for size in range(self.shortest, self.longest + 1))


@dataclass(frozen=True)
class WordCode:
    """Generated text."""

    header: str
    source: str
    flash_bytes: int


def words_text(lexicon: Lexicon) -> WordCode:
    """Declarations and definitions; empty for a model that reads no words.

    Raises `SettingsError` for one that counts pairs of words.
    """
    if lexicon.pairs:
        raise SettingsError(
            "export to c: expected a model that reads words, got one that counts pairs of them too, which C has no "
            "table of. Export to onnx, or train with model.word_pairs = false."
        )
    if not lexicon.words:
        return WordCode("", "", 0)
    table, size = _table("form", lexicon.words)
    header, source = WORD_HEADER, table + WORD_SOURCE.replace("WORDS", str(len(lexicon.words)))
    if lexicon.grams:
        grams, more = _table("gram", lexicon.grams)
        size += more
        header += GRAM_HEADER % lexicon.most_grams
        places = (lexicon.shortest, lexicon.longest, len(lexicon.grams))
        source += grams + GRAM_SOURCE.replace("LONGEST_WORD", str(LONGEST_WORD)) % places
    return WordCode(header, source, size)


def _table(name: str, numbers: Mapping[str, int]) -> tuple[str, int]:
    """The forms in the order of their bytes, and how many bytes all that takes."""
    entries = sorted((form.encode(), number) for form, number in numbers.items())
    ends = np.cumsum([0, *(len(form) for form, _ in entries)])
    arrays: dict[str, NDArray[Any]] = {
        f"{name}_bytes": np.frombuffer(b"".join(form for form, _ in entries), dtype=np.uint8),
        f"{name}_begin": ends.astype(np.uint32),
        f"{name}_numbers": np.array([number for _, number in entries], dtype=np.int32),
    }
    text = "\n".join(c_array(own, array) for own, array in arrays.items())
    return text, sum(array.nbytes for array in arrays.values())


WORD_HEADER = """\
/* The number of a word (UTF-8), cut and written as in training; 1 for one that is not known. Where the word itself
   is not known, it is looked up in lower case (ASCII letters only). */
int32_t model_word(const char *form);
"""

WORD_SOURCE = """
int32_t model_word(const char *form)
{
    unsigned char lower[128];
    const size_t length = strlen(form);
    if (length > sizeof lower) {
        return 1;
    }
    memcpy(lower, form, length);
    int32_t number = find_form(lower, length, form_bytes, form_begin, form_numbers, WORDS);
    if (number >= 0) {
        return number;
    }
    for (size_t i = 0; i < length; i++) {
        lower[i] = lower[i] >= 'A' && lower[i] <= 'Z' ? (unsigned char)(lower[i] + 32) : lower[i];
    }
    number = find_form(lower, length, form_bytes, form_begin, form_numbers, WORDS);
    return number >= 0 ? number : 1;
}
"""

GRAM_HEADER = """
/* n-grams that a word has at most. */
#define MODEL_MAX_GRAMS %d

/* The character n-grams of a word (UTF-8), filled up with -1: one row of inputs.grams. */
void model_grams(const char *form, int32_t grams[MODEL_MAX_GRAMS]);
"""

GRAM_SOURCE = """
void model_grams(const char *form, int32_t grams[MODEL_MAX_GRAMS])
{
    unsigned char marked[4 * LONGEST_WORD + 2];
    size_t begin[LONGEST_WORD + 3], letters = 0, length = 0, count = 0;
    begin[letters++] = length;
    marked[length++] = '<';
    for (size_t i = 0; form[i] != '\\0'; i++) {
        const unsigned char byte = (unsigned char)form[i];
        if ((byte & 0xC0) != 0x80) { /* the first byte of a character */
            if (letters > LONGEST_WORD) {
                break;
            }
            begin[letters++] = length;
        }
        if (length >= sizeof marked - 1) { /* no UTF-8 */
            break;
        }
        marked[length++] = byte;
    }
    begin[letters++] = length;
    marked[length++] = '>';
    begin[letters] = length;
    for (size_t size = %d; size <= %d; size++) {
        for (size_t first = 0; first + size <= letters; first++) {
            const int32_t number = find_form(marked + begin[first], begin[first + size] - begin[first],
                                             gram_bytes, gram_begin, gram_numbers, %d);
            if (number >= 0 && count < MODEL_MAX_GRAMS) {
                grams[count++] = number;
            }
        }
    }
    for (; count < MODEL_MAX_GRAMS; count++) {
        grams[count] = -1;
    }
}
"""
