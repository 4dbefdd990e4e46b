"""What a model that tags words needs around its network, as C: how a word is written, the best path through scores."""

import numpy as np

from hiddenstate.export.c_numbers import c_array
from hiddenstate.export.c_words import WordCode
from hiddenstate.program import Program


def tags_text(program: Program) -> WordCode:
    """Declarations and definitions; empty for a model that tags no words.

    The best path is that of a single network: several answer by the mean of their probabilities, which C has not.
    """
    casing = "casing" in program.inputs
    header, source, flash = (CASING_HEADER, CASING_SOURCE, 0) if casing else ("", "", 0)
    steps = program.facts.get("steps", ())
    if len(steps) == 1:
        arrays = {f"path_{name}": np.array(scores, np.float32) for name, scores in steps[0].items()}
        count = str(len(arrays["path_start"]))
        header += PATH_HEADER.replace("TAGS", count)
        source += "\n".join(c_array(name, array) for name, array in arrays.items())
        source += PATH_SOURCE.replace("TAGS", count)
        flash = sum(array.nbytes for array in arrays.values())
    return WordCode(header, source, flash)


CASING_HEADER = """
/* How a word is written, for inputs.casing, by its spelling in the text (UTF-8). Letters beyond ASCII count as lower
   case. */
int32_t model_casing(const char *word);
"""

CASING_SOURCE = """
int32_t model_casing(const char *word)
{
    size_t length = 0, digits = 0, lower = 0, upper = 0;
    for (; word[length] != '\\0'; length++) {
        const unsigned char byte = (unsigned char)word[length];
        digits += byte >= '0' && byte <= '9';
        upper += byte >= 'A' && byte <= 'Z';
        lower += (byte >= 'a' && byte <= 'z') || byte >= 0x80;
    }
    const int number_first = word[0] >= '0' && word[0] <= '9';
    const int upper_first = word[0] >= 'A' && word[0] <= 'Z';
    if (number_first && upper + lower == 0) {
        return 4;
    }
    if (digits > 0) {
        return 5;
    }
    if (upper + lower == 0) {
        return 6;
    }
    if (upper == 0) {
        return 0;
    }
    if (upper_first && upper == 1 && (lower > 0 || length == 1)) {
        return 1;
    }
    return lower == 0 ? 2 : 3;
}
"""

PATH_HEADER = """
/* Working memory of model_best_path. */
typedef struct {
    float best[2][TAGS];
    uint16_t from[MODEL_MAX_STEPS + 1][TAGS];
} model_path_work;

/* The best tags, places in model_labels_scores0, of the steps by TAGS numbers of outputs.scores0: Viterbi's algorithm
   with the scores of steps from tag to tag. Returns MODEL_OK or MODEL_TOO_LONG. */
int model_best_path(const float *scores, size_t steps, model_path_work *work, int32_t *tags);
"""

PATH_SOURCE = """
int model_best_path(const float *scores, size_t steps, model_path_work *work, int32_t *tags)
{
    if (steps > MODEL_MAX_STEPS) {
        return MODEL_TOO_LONG;
    }
    if (steps == 0) {
        return MODEL_OK;
    }
    for (size_t k = 0; k < TAGS; k++) {
        work->best[0][k] = path_start[k] + scores[k];
    }
    for (size_t t = 1; t < steps; t++) {
        const float *before = work->best[(t + 1) % 2];
        for (size_t k = 0; k < TAGS; k++) {
            size_t from = 0;
            float highest = before[0] + path_transitions[k];
            for (size_t j = 1; j < TAGS; j++) {
                const float reached = before[j] + path_transitions[j * TAGS + k];
                if (reached > highest) {
                    highest = reached;
                    from = j;
                }
            }
            work->best[t % 2][k] = highest + scores[t * TAGS + k];
            work->from[t][k] = (uint16_t)from;
        }
    }
    const float *last = work->best[(steps - 1) % 2];
    size_t tag = 0;
    for (size_t k = 1; k < TAGS; k++) {
        if (last[k] + path_end[k] > last[tag] + path_end[tag]) {
            tag = k;
        }
    }
    for (size_t t = steps; t-- > 0;) {
        tags[t] = (int32_t)tag;
        tag = t > 0 ? work->from[t][tag] : tag;
    }
    return MODEL_OK;
}
"""
