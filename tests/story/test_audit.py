"""The leak audit in what training leaves: page, figures and terminal."""

import json

import polars as pl
import pytest

from hiddenstate.data.characters import Characters
from hiddenstate.data.word_pairs import WordPairs
from hiddenstate.tasks.forecast import ForecastTask
from tests.story.conftest import TINY as SERIES
from tests.story.conftest import lines
from tests.story.text_files import TINY, rows, write


def checks(folder):
    return {
        part["check"]: part for part in json.loads((folder / "metrics.json").read_text())["audit"]["checks"]
    }


def test_a_clean_forecaster_has_a_clean_audit(model):
    found = checks(model)
    assert {part["level"] for part in found.values()} == {"fine"}
    assert "learnt again here, with the same numbers" in found["transforms"]["text"]
    assert "Leak audit" in (model / "report.html").read_text()


def test_scalers_that_saw_the_test_part_are_found(call, demand, tmp_path, monkeypatch):
    fit = ForecastTask.fit.__func__

    def greedy(cls, panel, train, *arguments):
        import numpy as np

        from hiddenstate.data.split import Span

        everything = Span(train.first, np.array([series.observed for series in panel.series]))
        return fit(cls, panel, everything, *arguments)

    monkeypatch.setattr(ForecastTask, "fit", classmethod(greedy))
    outcome = call("train", demand, *SERIES, "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    assert checks(tmp_path / "m")["transforms"]["level"] == "leak"
    assert "LEAK: Mean and spread" in outcome.out


def test_a_covariate_that_is_the_target_is_said_in_the_terminal(call, tmp_path):
    table = [line.split(",") for line in lines()]
    told = [",".join([*table[0], "meter"])] + [
        ",".join([*row, str(2 * float(row[1]) + 1)]) for row in table[1:]
    ]
    (tmp_path / "told.csv").write_text("\n".join(told) + "\n")
    arguments = ["warm,meter" if part == "warm" else part for part in SERIES]
    outcome = call("train", tmp_path / "told.csv", *arguments, "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    assert 'LEAK: "meter", said to be known beforehand, equals "load"' in outcome.out


def test_words_of_the_test_rows_in_the_vocabulary_are_found(call, tmp_path, monkeypatch):
    from hiddenstate.tasks.text_encoder import TextEncoder

    fit = TextEncoder.fit.__func__

    def greedy(cls, table, *arguments, **options):
        import dataclasses

        wider = dataclasses.replace(table, texts=(*table.texts, "zeppelin quagga"), labels=None)
        return fit(cls, wider, *arguments, **options)

    monkeypatch.setattr(TextEncoder, "fit", classmethod(greedy))
    path = write(tmp_path / "texts.csv", rows(120))
    assert call("train", path, *TINY, "--out", tmp_path / "m").code == 0
    found = checks(tmp_path / "m")["transforms"]
    assert found["level"] == "leak"
    assert '"quagga"' in found["examples"]


@pytest.mark.parametrize(
    ("kind", "setting", "what"),
    [
        (WordPairs, "model.word_pairs=true", "pairs of words"),
        (Characters, "model.character_size=4", "character n-grams"),
    ],
)
def test_pairs_and_letters_of_the_test_rows_are_found(call, tmp_path, monkeypatch, kind, setting, what):
    honest = kind.fit.__func__

    def greedy(cls, texts, *arguments, **options):
        found = honest(cls, texts, *arguments, **options)
        return (
            cls([*found.pairs, ("zq", "qz")])
            if cls is WordPairs
            else cls([*found.grams, "zqz"], found.settings)
        )

    path = write(tmp_path / "texts.csv", rows(120))
    arguments = [path, *TINY, "--set", setting]
    assert call("train", *arguments, "--out", tmp_path / "honest").code == 0
    honestly = checks(tmp_path / "honest")["transforms"]
    assert honestly["level"] == "fine"
    assert f" {what}" in honestly["text"]
    monkeypatch.setattr(kind, "fit", classmethod(greedy))
    assert call("train", *arguments, "--out", tmp_path / "m").code == 0
    found = checks(tmp_path / "m")["transforms"]
    assert found["level"] == "leak"
    assert f"1 {what} stand in none of the training" in found["text"]


def test_groups_stay_together_and_prediction_does_not_need_their_column(call, tmp_path):
    pairs = rows(180)
    table = {"text": [text for text, _ in pairs], "label": [label for _, label in pairs]}
    frame = pl.DataFrame({**table, "author": [f"a{row // 6}" for row in range(180)]})
    frame.write_csv(tmp_path / "texts.csv")
    outcome = call("train", tmp_path / "texts.csv", *TINY, "--group", "author", "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    assert checks(tmp_path / "m")["groups"]["text"] == "No group has rows in two parts."
    frame.drop("author").write_csv(tmp_path / "new.csv")
    assert call("predict", tmp_path / "m", tmp_path / "new.csv").code == 0
    assert call("evaluate", tmp_path / "m", tmp_path / "new.csv", "--json").code == 0
    without = call("train", tmp_path / "texts.csv", *TINY, "--group", "label", "--out", tmp_path / "n")
    assert without.code == 2
    assert 'expected a column of groups of its own, got "label"' in without.err
