"""What a text model needs before its network, as C: the number of a word, and those of its character n-grams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Neighbouring words that are counted together, of a model that counts them."""
    counted: int | None = None
    """Numbers below it are of words that such a model counts; the others, of a vectors file, it only reads."""

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
    """Declarations and definitions; empty for a model that reads no words."""
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
    if lexicon.counted is not None:
        pairs, more = _table(
            "pair", {f"{before}\0{form}": number for (before, form), number in lexicon.pairs.items()}
        )
        size += more
        header += PAIR_HEADER
        source += pairs + PAIR_SOURCE.replace("PAIRS", str(len(lexicon.pairs))) % lexicon.counted
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

PAIR_HEADER = """
/* The number of a word for inputs.counted: 1 for one that is only read, not counted. */
int32_t model_counted(int32_t word);

/* The number of two neighbouring words for inputs.pairs, at the place of the second; "" stands before the first word.
   0 for two that are not known, and for two of more than 256 bytes together. */
int32_t model_pair(const char *before, const char *form);
"""

PAIR_SOURCE = """
int32_t model_counted(int32_t word)
{
    return word < %d ? word : 1;
}

int32_t model_pair(const char *before, const char *form)
{
    unsigned char both[257]; /* with a NUL between them, which no word has */
    const size_t first = strlen(before), second = strlen(form);
    if (first + 1 + second > sizeof both) {
        return 0;
    }
    memcpy(both, before, first);
    both[first] = 0;
    memcpy(both + first + 1, form, second);
    const int32_t number = find_form(both, first + 1 + second, pair_bytes, pair_begin, pair_numbers, PAIRS);
    return number >= 0 ? number : 0;
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
