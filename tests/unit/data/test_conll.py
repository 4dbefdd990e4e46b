"""Tagged corpora as they are found: both formats, and what is refused with file and line."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.conll import conll_text, looks_like_conll_u, read_columns, read_conll_u
from hiddenstate.data.tagged_table import TagFileSettings
from hiddenstate.errors import InputError

PLAIN = TagFileSettings()
TREE = """# sent_id = 1
# text = Don't go
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
1\tDo\tdo\tAUX\tVBP\tMood=Imp\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
2.1\tthere\tthere\tADV\tRB\t_\t_\t_\t3:dep\t_
3\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\t_

# sent_id = 2

1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_
"""

words = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="#"), min_size=1, max_size=6)
rows = st.lists(st.tuples(words, words), min_size=1, max_size=5)


def save(folder, content, name="a.conll"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


@given(st.lists(rows, min_size=1, max_size=5))
def test_what_is_written_is_read_again(tmp_path_factory, sentences):
    pairs = [([word for word, _ in row], [tag for _, tag in row]) for row in sentences]
    path = save(tmp_path_factory.getbasetemp(), conll_text(pairs))
    table = read_columns(path, PLAIN)
    assert [[word.form for word in row] for row in table.words] == [row for row, _ in pairs]
    assert [list(row) for row in table.tags] == [row for _, row in pairs]
    for text, row in zip(table.texts, table.words, strict=True):
        assert all(text[word.start : word.stop] == word.form for word in row)


def test_conll_u_skips_what_is_no_word(tmp_path):
    table = read_conll_u(save(tmp_path, TREE), PLAIN)
    assert table.texts == ("Do n't go", "Yes")
    assert table.tags == (("AUX", "PART", "VERB"), ("INTJ",))
    assert table.notes == ("1 sentence(s) have no words and were passed over",)
    other = read_conll_u(save(tmp_path, TREE), TagFileSettings(column="xpos"))
    assert other.tags == (("VBP", "RB", "VB"), ("UH",))


def test_the_format_is_told_by_the_first_row(tmp_path):
    assert looks_like_conll_u(save(tmp_path, TREE))
    assert not looks_like_conll_u(save(tmp_path, "EU\tB-ORG\n"))


def test_columns_with_documents_gzip_and_a_byte_order_mark(tmp_path):
    content = "\ufeff-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n-DOCSTART- -X- O\n"
    content += "Peter NNP B-PER\n\t\n\nhe PRP O\n"
    path = tmp_path / "ner.conll.gz"
    path.write_bytes(gzip.compress(content.encode()))
    table = read_columns(path, PLAIN)
    assert table.texts == ("EU rejects", "Peter", "he")
    assert table.tags == (("B-ORG", "O"), ("B-PER",), ("O",))
    assert read_columns(path, TagFileSettings(column="2")).tags == (("NNP", "VBZ"), ("NNP",), ("PRP",))
    assert read_columns(path, TagFileSettings(word_column=2)).texts[0] == "NNP VBZ"


def test_words_alone_are_enough_where_no_tag_is_wanted(tmp_path):
    path = save(tmp_path, "EU\nrejects\n\nhe\n")
    assert read_columns(path, PLAIN, tagged=False).texts == ("EU rejects", "he")
    with pytest.raises(InputError, match="line 1: expected a word and a tag, got one column"):
        read_columns(path, PLAIN)


BAD = {
    "short row": ("a X\nb\n", r"line 2: expected 2 columns, as on line 1, got 1"),
    "long row": ("a X\nb Y Z\n", r"line 2: expected 2 columns, as on line 1, got 3"),
    "spaces after tabs": (
        "a\tX\nb Y\n",
        r"line 2: expected columns separated by tabs, as on line 1, got spaces",
    ),
    "tabs after spaces": (
        "a X\nb\tY\n",
        r"line 2: expected columns separated by spaces, as on line 1, got tabs",
    ),
    "no tag": ("a\tX\nb\t\n", r'line 2, column "tag": expected a tag, got nothing'),
    "no word": ("a\tX\n\tY\n", r"line 2: expected a word, got nothing"),
    "no sentence": ("\n\n", "expected sentences, got none"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_broken_file_of_columns_is_refused(tmp_path, case):
    content, message = BAD[case]
    with pytest.raises(InputError, match=message):
        read_columns(save(tmp_path, content), PLAIN)


def test_a_file_without_blank_lines_is_refused(tmp_path):
    path = save(tmp_path, "a X\n" * 30)
    with pytest.raises(InputError, match="line 21: expected a blank line after each sentence, got 21 lines"):
        read_columns(path, TagFileSettings(longest_sentence=20))
    assert read_columns(path, PLAIN).word_count == 30


def test_a_column_that_is_not_there_is_refused(tmp_path):
    path = save(tmp_path, "a X\n")
    with pytest.raises(InputError, match=r"line 1: expected column 3 of the row, got 2 column\(s\)"):
        read_columns(path, TagFileSettings(column="3"))
    with pytest.raises(InputError, match='expected the number of a column, got "upos"'):
        read_columns(path, TagFileSettings(column="upos"))
    with pytest.raises(InputError, match='Did you mean "upos"'):
        read_conll_u(save(tmp_path, TREE), TagFileSettings(column="uposs"))


BAD_TREE = {
    "nine columns": (TREE.replace("\tMood=Imp", ""), r"line 4: expected the 10 columns .* got 9. Complete"),
    "spaces": (TREE.replace("\t", "  "), r"line 3: .*got 1. Separate them by tabs"),
    "gap": (TREE.replace("3\tgo", "4\tgo"), r'line 7: expected word number 3, got "4"'),
    "no blank line": (TREE.replace("\n\n", "\n"), r'line 9: expected word number 4, got "1"'),
    "letters": (TREE.replace("3\tgo", "x\tgo"), r'line 7: expected the number of a word, got "x"'),
    "no tag": (TREE.replace("VERB", "_"), r'line 7, column "upos": expected a tag, got an underscore'),
}


@pytest.mark.parametrize("case", BAD_TREE)
def test_a_broken_conll_u_file_is_refused(tmp_path, case):
    content, message = BAD_TREE[case]
    with pytest.raises(InputError, match=message):
        read_conll_u(save(tmp_path, content), PLAIN)
