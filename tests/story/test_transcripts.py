"""Writing down recordings through the command line, from a table to texts, times and a page."""

import json

import numpy as np
import polars as pl
import pytest

from tests.story.conftest import quietly
from tests.story.spoken_files import TINY, frames_of, write_spoken
from tests.story.test_bad_input import refused


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    return write_spoken(tmp_path_factory.mktemp("spoken"))


@pytest.fixture(scope="module")
def transcriber(spoken, tmp_path_factory):
    folder = tmp_path_factory.mktemp("transcriber") / "m"
    quietly("train", spoken, "--task", "transcribe", "--group", "speaker", *TINY, "--out", folder)
    return folder


def test_training_learns_and_says_what_it_beat(transcriber):
    metrics = json.loads((transcriber / "metrics.json").read_text())
    assert metrics["model"]["wer"] < 0.2
    assert metrics["model"]["wer"] < metrics["baselines"]["most frequent text"]["wer"]
    assert set(metrics["groups"]) < {f"s{number}" for number in range(6)}
    page = (transcriber / "report.html").read_text()
    assert "The worst answers" in page
    assert "By speaker" in page
    assert "All recordings of one speaker are in one part." in page


def test_a_recording_gives_its_text_with_a_time_for_each_word(transcriber, tmp_path, call):
    np.save(tmp_path / "x.npy", frames_of("cab a", np.random.default_rng(5)))
    result = call("predict", transcriber, tmp_path / "x.npy", "--json")
    answer = json.loads(result.out)
    assert answer["text"] == "cab a"
    first, second = answer["words"]
    assert (first["text"], second["text"]) == ("cab", "a")
    assert first["start"] == pytest.approx(
        0.0, abs=0.03
    )  # "c" is on from frame 0, "a" from frame 20, of 10 ms
    assert second["start"] == pytest.approx(0.20, abs=0.03)
    assert first["stop"] <= second["start"] < second["stop"] <= 0.26


def test_a_table_is_answered_row_by_row_and_measured(transcriber, spoken, tmp_path, call):
    assert call("predict", transcriber, spoken, "--out", tmp_path / "o.csv").code == 0
    answers, truth = pl.read_csv(tmp_path / "o.csv"), pl.read_csv(spoken)
    assert answers["file"].to_list() == truth["file"].to_list()
    right = [own == other for own, other in zip(answers["text"], truth["text"], strict=True)]
    measured = json.loads(call("evaluate", transcriber, spoken, "--json").out)
    assert measured["model"]["text_accuracy"] == pytest.approx(np.mean(right))
    assert "Linear" in call("summary", transcriber).out or "Dense" in call("summary", transcriber).out


def test_characters_that_training_never_showed_are_counted(transcriber, spoken, tmp_path, call):
    rows = (
        pl.read_csv(spoken)
        .head(2)
        .with_columns(
            pl.lit("a?").alias("text"), pl.lit(str(spoken.parent) + "/").add(pl.col("file")).alias("file")
        )
    )
    rows.write_csv(tmp_path / "u.csv")
    measured = json.loads(call("evaluate", transcriber, tmp_path / "u.csv", "--json").out)
    assert measured["notes"] == ['Characters that training never showed, all counted as wrong: "?" (2).']


def train(call, table, out, *more):
    return call("train", table, "--task", "transcribe", *TINY, "--epochs", "1", *more, "--out", out)


def test_all_missing_files_are_named_at_once(tmp_path, call):
    table = tmp_path / "t.csv"
    table.write_text("file,text\nno.npy,a\nneither.npy,b\n")
    refused(train(call, table, tmp_path / "m"), "found none at 2 of the paths", "no.npy", "neither.npy")


def test_an_empty_text_is_refused_with_its_line(spoken, tmp_path, call):
    table = spoken.parent / "empty.csv"
    table.write_text("file,text\n0.npy,a\n1.npy, \n")
    refused(train(call, table, tmp_path / "m"), "line 3", 'column "text"', "expected what is said")


def test_recordings_too_short_for_their_text_are_left_out_and_counted(spoken, tmp_path, call):
    rows = spoken.read_text().splitlines()
    table = spoken.parent / "long.csv"
    table.write_text("\n".join([*rows[:50], f"1.npy,{'ab' * 100},s1"]) + "\n")
    result = train(call, table, tmp_path / "m", "--test", str(spoken), "--validation", "0")
    assert result.code == 0
    told = json.loads((tmp_path / "m" / "metrics.json").read_text())["repairs"]
    assert told[0].startswith(
        "1 recording(s) left out: more letters than steps of the network, as in 1.npy (200 for "
    )


def test_features_that_are_no_numbers_and_frames_of_another_size_are_refused(spoken, tmp_path, call):
    bad = np.zeros((5, 4), dtype=np.float32)
    bad[3, 1] = np.nan
    np.save(spoken.parent / "nan.npy", bad)
    np.save(spoken.parent / "wide.npy", np.zeros((5, 7), dtype=np.float32))
    for file, words in (("nan.npy", "frame 3"), ("wide.npy", "expected 4 features a frame")):
        table = spoken.parent / "bad.csv"
        table.write_text(f"file,text\n0.npy,a\n{file},b\n")
        refused(train(call, table, tmp_path / "m"), file, words)


def test_a_transcriber_reads_no_texts(transcriber, call):
    refused(call("predict", transcriber, "--text", "hello"), "--text: expected a recording")


def test_sound_is_read_at_the_rate_and_shift_of_the_settings(tmp_path, call):
    import soundfile

    random = np.random.default_rng(0)
    rows = ["file,text"]
    for row in range(12):
        text = "".join(random.choice(list("ab"), 3))
        pieces = [np.sin(np.arange(1600) * (0.3 if letter == "a" else 1.2)) * 0.3 for letter in text]
        sound = np.concatenate([np.append(piece, random.normal(0, 0.001, 800)) for piece in pieces])
        soundfile.write(tmp_path / f"{row}.wav", sound, 8000)
        rows.append(f"{row}.wav,{text}")
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n")
    more = ("--set", "frontend.rate=8000", "--set", "frontend.shift_ms=20", "--set", "frontend.window_ms=30")
    made = call(
        "train",
        tmp_path / "t.csv",
        "--task",
        "transcribe",
        *TINY,
        *more,
        "--epochs",
        "3",
        "--out",
        tmp_path / "m",
    )
    assert made.code == 0
    assert "frame_seconds = 0.02" in (tmp_path / "m" / "settings.toml").read_text()
    answer = json.loads(call("predict", tmp_path / "m", tmp_path / "3.wav", "--json").out)
    assert set(answer["text"]) <= {"a", "b"}
    assert all(0 <= word["start"] < word["stop"] <= 0.9 for word in answer["words"])  # 0.9 s of sound
