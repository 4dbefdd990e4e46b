"""What is nothing of the seven kinds, or could be two of them, is not passed off as one."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.data.recognition.tuned_on import wave, write
from tests.unit.data.recognition.words import Writer

from hiddenstate.data.recognition.recognise import recognise
from hiddenstate.errors import InputError


def test_a_table_of_things_is_refused(tmp_path):
    random = np.random.default_rng(0)
    rows = [",".join(f"{value:.2f}" for value in row) for row in random.normal(size=(60, 4))]
    with pytest.raises(InputError, match=r"expected labelled texts, time series, .*, got nothing of these"):
        recognise(write(tmp_path / "things.csv", ["a,b,c,d", *rows]))


def test_a_table_sorted_by_class_is_a_doubt_at_most(tmp_path):
    random = np.random.default_rng(0)
    rows = [f"{5 * number + random.normal():.2f},{number}" for number in range(3) for _ in range(50)]
    found = recognise(write(tmp_path / "flowers.csv", ["petal,species", *rows]))
    assert found.ambiguous
    assert any("gradient boosting" in line for line in found.best.evidence)


def test_two_texts_and_a_label_are_two_guesses(tmp_path):
    writer = Writer("en", 1)
    rows = [
        f'"{writer.sentence(9, 9)}","{writer.sentence(9, 9)}",{writer.pick(["yes", "no"])}'
        for _ in range(100)
    ]
    found = recognise(write(tmp_path / "nli.csv", ["premise,hypothesis,label", *rows]))
    assert found.best.kind == "labelled_texts"
    assert "pairs" in [guess.kind for guess in found.guesses]


def test_a_file_that_is_not_utf8_says_how_to_convert_it(tmp_path):
    rows = [f"Größe {number} ist schön,{number % 2}" for number in range(40)]
    (tmp_path / "alt.csv").write_bytes("\n".join(["text,label", *rows]).encode("latin-1"))
    (remedy,) = recognise(tmp_path / "alt.csv").best.hindrances
    assert "iconv -f WINDOWS-1252" in remedy.command


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"a\0b\0c"], ids=["empty", "empty lines", "binary"])
def test_what_is_no_text_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.csv: expected .*, got .*\."):
        recognise(tmp_path / "x.csv")


def test_a_damaged_archive_and_an_empty_folder_are_refused(tmp_path):
    (tmp_path / "x.csv.gz").write_bytes(b"\x1f\x8b\x08broken")
    with pytest.raises(InputError, match="expected a readable file"):
        recognise(tmp_path / "x.csv.gz")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="expected a readable file"):
        recognise(tmp_path / "x.parquet")
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="got an empty folder"):
        recognise(tmp_path / "none")


def test_a_wave_file_that_is_none_is_no_obstacle(tmp_path):
    for number in range(4):
        wave(tmp_path / "s" / f"{'ab'[number % 2]}_{number}.wav")
    (tmp_path / "s" / "a_9.wav").write_bytes(b"RIFFxxxxWAVEfmt \x01")
    found = recognise(tmp_path / "s").best
    assert found.kind == "recordings"
    assert found.facts["seconds"] == 0.5


def test_only_the_beginning_of_a_large_file_is_read(tmp_path):
    line = "2020-01-01,5\n"
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("date,value\n")
        start = np.datetime64("1990-01-01")
        for day in range(5000):
            file.write(f"{start + day},{day % 7}.5\n")
        file.write(line * 1_000_000)
        file.write("\xff\xfe no date at all\n")
    found = recognise(path)
    assert found.best.kind == "series"
    assert found.best.facts["rows"] == pytest.approx(1_005_001, rel=0.2)


def test_a_line_cut_by_the_end_of_the_sample_is_not_looked_at(tmp_path):
    row = json.dumps({"title": "The river was quiet at night " * 30, "topic": "nature"})
    other = json.dumps({"title": "The goal of the last minute " * 30, "topic": "sport"})
    words = "fish boat rain sand tide wind moss fern pine lake".split()
    texts = [
        (row if number % 2 else other).replace("The", f"{words[number % 10]} {number}")
        for number in range(2_000)
    ]
    found = recognise(write(tmp_path / "long.jsonl", texts))
    assert found.best.facts["rows"] == pytest.approx(2_000, rel=0.05)


def one_line_at_worst(path):
    message = ""
    try:
        recognise(path)
    except InputError as error:
        message = str(error)
    assert "\n" not in message.strip()


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.txt", "x.jsonl", "x.tsv.gz", "x"]))
def test_no_file_brings_it_down(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(content)
    one_line_at_worst(path)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["text", "intent", "slots", "tags", "tokens", "date", "label", "a"])


@settings(max_examples=150)
@given(st.lists(st.dictionaries(keys, values, max_size=4), min_size=1, max_size=8))
def test_no_json_brings_it_down(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "x.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    one_line_at_worst(path)


@settings(max_examples=150)
@given(
    st.lists(
        st.lists(st.text(alphabet='ab1²٣-/:., "O_B', max_size=6), min_size=2, max_size=3),
        min_size=2,
        max_size=9,
    )
)
def test_no_table_brings_it_down(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    one_line_at_worst(path)
