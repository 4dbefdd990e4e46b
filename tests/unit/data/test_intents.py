"""Commands with intents and slots: JSON Lines and the folders of ATIS."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.intents import commands_text, read_atis, read_commands
from hiddenstate.data.spans import Span, tags_of
from hiddenstate.data.tagged_table import TaggedTable, words_of
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import InputError

TOKENS = TokenSettings()
WAKE = {"text": "wake me at Seven!", "intent": "alarm", "slots": [{"start": 11, "stop": 16, "name": "time"}]}


def save(folder, *rows):
    path = folder / "c.jsonl"
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_slots_become_tags_of_the_words(tmp_path):
    table = read_commands(save(tmp_path, WAKE, "", {"text": "hello", "intent": "greet"}), TOKENS)
    assert table.tags == (("O", "O", "O", "B-time", "O"), ("O",))
    assert table.intents == ("alarm", "greet")
    assert [word.form for word in table.words[0]] == ["wake", "me", "at", "Seven", "!"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=12), min_size=1, max_size=4))
def test_what_is_written_is_read_again(tmp_path_factory, texts):
    words = tuple(words_of(text, TOKENS) for text in texts)
    tags = tuple(tuple(tags_of([Span(0, 1, "first")] if row else [], len(row))) for row in words)
    table = TaggedTable(tuple(texts), words, tags, "", ("ask",) * len(texts))
    path = tmp_path_factory.getbasetemp() / "round.jsonl"
    path.write_text(commands_text(table), encoding="utf-8")
    again = read_commands(path, TOKENS)
    assert (again.texts, again.words, again.tags, again.intents) == (table.texts, words, tags, table.intents)


def test_a_slot_that_ends_inside_a_word_is_widened_and_counted(tmp_path):
    row = WAKE | {"slots": [{"start": 12, "stop": 14, "name": "time"}]}
    table = read_commands(save(tmp_path, row), TOKENS)
    assert table.tags[0][3] == "B-time"
    assert table.notes == ("1 slot(s) ended inside a word and were widened to the whole word",)


def slots(*spans):
    return WAKE | {"slots": [{"start": start, "stop": stop, "name": name} for start, stop, name in spans]}


BAD = {
    "overlap": (slots((0, 7, "a"), (5, 10, "b")), r'line 2: .* got "a" \(0 to 7\) and "b" \(5 to 10\), which overlap'),
    "same word": (slots((0, 2, "a"), (2, 4, "b")), 'expected slots of different words, got "a" and "b" in "wake"'),
    "leaves": (slots((0, 99, "a")), r'line 2: expected slot "a" within the 17 characters of the text, got 0 to 99'),
    "empty": (slots((3, 3, "a")), "line 2: .*got 3 to 3"),
    "white space": (slots((4, 5, "a")), "line 2: expected words in slot \"a\", got white space only"),
    "no name": (WAKE | {"slots": [{"start": 0, "stop": 4}]}, "line 2: expected a slot as"),
    "no list": (WAKE | {"slots": {}}, 'line 2: expected a list as "slots"'),
    "no intent": ({"text": "hello"}, 'line 2: expected a text as "intent", got no "intent"'),
    "no text": ({"intent": "x"}, 'line 2: expected a text as "text"'),
    "no object": ("[1]", "line 2: expected one JSON object, got list"),
    "no JSON": ("{", "line 2: expected one JSON object, got: "),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_broken_line_is_refused(tmp_path, case):
    row, message = BAD[case]
    with pytest.raises(InputError, match=message):
        read_commands(save(tmp_path, WAKE, row), TOKENS)


def atis(folder, **files):
    content = {
        "seq.in": "to boston\nhi\n",
        "seq.out": "O B-city\nO\n",
        "label": "flight#fare\ngreet\n",
    } | files
    for name, text in content.items():
        (folder / name).write_text(text)
    return folder


def test_a_folder_of_atis(tmp_path):
    table = read_atis(atis(tmp_path))
    assert table.tags == (("O", "B-city"), ("O",))
    assert table.intents == ("flight#fare", "greet")


def test_a_folder_whose_lines_do_not_agree_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"got \[2, 2, 1\]"):
        read_atis(atis(tmp_path, label="flight\n"))
    with pytest.raises(InputError, match="line 1: expected a tag for each of 2 words, got 1"):
        read_atis(atis(tmp_path, **{"seq.out": "O\nO\n", "label": "a\nb\n"}))


@pytest.mark.shared
def test_atis_has_its_published_sizes(shared_data):
    for name, count, words in (("train", 4478, 50497), ("valid", 500, 5703), ("test", 893, 9164)):
        table = read_atis(shared_data / "atis" / name)
        assert (len(table), table.word_count) == (count, words)
