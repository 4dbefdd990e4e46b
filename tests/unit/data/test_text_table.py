from pathlib import Path

import pandas
import polars
import pytest

from hiddenstate.data.text_table import TextSettings, load_texts, load_trec, table_of
from hiddenstate.errors import InputError

COLUMNS = TextSettings(text="text", target="label")


def written(folder: Path, content: str, name: str = "table.csv") -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def test_quotes_emoji_and_right_to_left_text_come_through_unchanged(tmp_path):
    file = written(tmp_path, 'label,text\na,"Hi, ""you"" 🙂"\nb,שלום עולם\n')
    table = load_texts(file, COLUMNS)
    assert table.texts == ('Hi, "you" 🙂', "שלום עולם")
    assert table.labels == ("a", "b")


def test_labels_that_are_numbers_stay_as_written(tmp_path):
    frame = polars.DataFrame({"text": ["x", "y"], "label": [1, 0]})
    assert load_texts(frame, COLUMNS).labels == ("1", "0")
    frame.write_parquet(tmp_path / "t.parquet")
    assert load_texts(tmp_path / "t.parquet", COLUMNS).labels == ("1", "0")
    frame.write_ndjson(tmp_path / "t.jsonl")
    assert load_texts(tmp_path / "t.jsonl", COLUMNS).labels == ("1", "0")
    assert load_texts(pandas.DataFrame({"text": ["x"], "label": ["1"]}), COLUMNS).labels == ("1",)


def test_missing_labels_are_refused_with_their_line(tmp_path):
    file = written(tmp_path, "label,text\na,one\n,two\n  ,three\n")
    with pytest.raises(InputError, match=r'line 3, column "label": expected a label, got none \(2 such'):
        load_texts(file, COLUMNS)


def test_missing_labels_are_dropped_on_request(tmp_path):
    file = written(tmp_path, "label,text\na,one\n,two\nb,three\n")
    table = load_texts(file, TextSettings(text="text", target="label", missing_labels="drop"))
    assert table.texts == ("one", "three")
    assert table.notes == ("1 row(s) without a label were left out",)


def test_empty_texts_and_null_bytes_are_noted():
    table = table_of(["", "nul\0byte", None], ["a", "b", "a"])
    assert table.texts == ("", "nul byte", "")
    assert any("1 text(s) held null bytes" in note for note in table.notes)
    assert any("2 text(s) are empty" in note for note in table.notes)


def test_one_text_where_a_list_is_expected():
    with pytest.raises(InputError, match="expected a list of texts, got one text"):
        table_of("Who wrote Hamlet ?")


def test_a_number_among_texts():
    with pytest.raises(InputError, match="row 2: expected a text, got float"):
        table_of(["a", float("nan")])


def test_numbers_of_texts_and_labels_differ():
    with pytest.raises(InputError, match="a label for each of 2 texts, got 1"):
        table_of(["a", "b"], ["x"])


def test_a_wrong_column_names_the_closest(tmp_path):
    with pytest.raises(InputError, match='Did you mean "text"'):
        load_texts(written(tmp_path, "label,text\na,b\n"), TextSettings(text="texts", target="label"))


def test_text_and_label_in_one_column():
    with pytest.raises(InputError, match="expected two columns"):
        load_texts("nothing.csv", TextSettings(text="text", target="text"))


def test_trec_is_read_as_latin_1(tmp_path):
    file = tmp_path / "q.label"
    file.write_bytes("HUM:ind Who was Pel\u00e9 ?\nNUM:date When ?\n".encode("latin-1"))
    table = load_trec(file)
    assert table.texts == ("Who was Pelé ?", "When ?")
    assert table.labels == ("HUM:ind", "NUM:date")


def test_a_line_that_is_not_trec(tmp_path):
    with pytest.raises(InputError, match=r'line 2: expected "COARSE:fine question", got "Who was'):
        load_trec(written(tmp_path, "A:b What ?\nWho was it ?\n", "q.label"))


@pytest.mark.shared
def test_the_questions_of_trec(shared_data):
    table = load_trec(shared_data / "trec" / "train.label")
    assert len(table) == 5452
    assert len({label.split(":")[0] for label in table.labels}) == 6
