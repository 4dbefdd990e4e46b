"""Words and n-grams in C get the numbers that they have in Python."""

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.c_program import build

from hiddenstate.data.characters import Characters, CharacterSettings
from hiddenstate.data.tokenizer import Tokenizer
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vocabulary import UNKNOWN, Vocabulary
from hiddenstate.data.word_pairs import FIRST_PAIR, WordPairs
from hiddenstate.export.c_model import to_c
from hiddenstate.export.c_words import Lexicon, words_text
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import specimen
from hiddenstate.tasks.text_encoder import TextEncoder

FORMS = [
    "who",
    "whom",
    "größe",
    "naïve",
    "日本語",
    "a",
    "ab",
    "abc",
    "don't",
    "x" * 60,
    "🙂",
    "Who",
    "NEVER",
    "zz",
    "",
]
MAIN = """
#include <stdio.h>
#include "model.h"
int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        int32_t grams[MODEL_MAX_GRAMS];
        printf("%d", (int)model_word(arguments[i]));
        model_grams(arguments[i], grams);
        for (int k = 0; k < MODEL_MAX_GRAMS && grams[k] >= 0; k++) {
            printf(" %d", (int)grams[k]);
        }
        printf("\\n");
    }
    return 0;
}
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler here")
def test_words_and_grams_have_the_same_numbers(tmp_path):
    known = ["who", "whom", "größe", "naïve", "日本語", "a", "abc", "x" * 60, "never", "🙂"]
    cut = CharacterSettings(shortest=2, longest=4, min_count=1)
    encoder = TextEncoder(
        Tokenizer(TokenSettings()), Vocabulary(known), ["further", "NEVER"], Characters.fit(known, cut)
    )
    assert encoder.characters is not None
    grams = {gram: number for number, gram in enumerate(encoder.characters.grams)}
    subject = subject_of(specimen("text, max+attention"), "example")
    lexicon = Lexicon(encoder.numbers(), grams, 2, 4)
    files = to_c(subject.program, subject.weights, lexicon=lexicon).files
    for name in ("model.h", "model.c"):
        (tmp_path / name).write_text(files[name])
    main = build(tmp_path, MAIN)
    run = subprocess.run([main, *FORMS], capture_output=True, text=True, check=True)
    words, _, form_grams = encoder.encode([FORMS])
    assert form_grams is not None
    for form, line, number, pieces in zip(FORMS, run.stdout.splitlines(), words[0], form_grams, strict=True):
        assert [int(text) for text in line.split()] == [number, *pieces], form
    assert words[0][FORMS.index("zz")] == UNKNOWN
    assert words[0][FORMS.index("Who")] == words[0][FORMS.index("who")]


def test_the_table_counts_as_flash():
    code = words_text(Lexicon({"ab": 2, "c": 3}))
    assert code.flash_bytes == 3 + 4 * 3 + 4 * 2
    assert "model_grams" not in code.header
    assert words_text(Lexicon()).source == ""


PAIRS_MAIN = """
#include <stdio.h>
#include "model.h"
int main(int count, char **forms)
{
    for (int i = 1; i + 1 < count; i += 2) {
        printf("%d ", (int)model_pair(forms[i], forms[i + 1]));
    }
    printf("%d %d %d", (int)model_counted(2), (int)model_counted(6), (int)model_counted(7));
    return 0;
}
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler here")
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.sampled_from(["a", "ab", "b", "bc", "größe", "日", "x" * 250]), max_size=6), min_size=1
    )
)
def test_pairs_have_the_same_numbers_wherever_a_boundary_could_be(tmp_path, texts):
    """ "a" with "bc" is another pair than "ab" with "c"."""
    known = WordPairs.fit([*texts, ["a", "bc"]])
    table = {pair: number for number, pair in enumerate(known.pairs, start=FIRST_PAIR)}
    subject = subject_of(specimen("text, max+attention"), "example")
    files = to_c(subject.program, subject.weights, lexicon=Lexicon({"a": 2}, pairs=table, counted=7)).files
    for name in ("model.h", "model.c"):
        (tmp_path / name).write_text(files[name])
    main = build(tmp_path, PAIRS_MAIN)
    asked = [
        ["a", "bc"],
        ["ab", "c"],
        ["b", "a"],
        ["x" * 250, "ab"],
        ["x" * 250, "x" * 250],
        ["", "a"],
        ["größe", "日"],
    ]
    run = subprocess.run(
        [main, *(form for pair in asked for form in pair)],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [table.get((before, form), 0) for before, form in asked]
    expected[4] = 0  # longer than any that C looks up
    assert [int(part) for part in run.stdout.split()] == [*expected, 2, 6, 1]
