"""Labelling texts through the command line, from a file to answers and a page."""

import json

import polars as pl
import pytest

from hiddenstate.bundle import open_bundle
from tests.story.conftest import quietly
from tests.story.test_bad_input import refused
from tests.story.text_files import TINY, rows, write


@pytest.fixture(scope="session")
def texts(tmp_path_factory):
    return write(tmp_path_factory.mktemp("texts") / "texts.csv", rows())


@pytest.fixture(scope="session")
def classifier(texts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "classifier"
    quietly("train", texts, *TINY, "--out", folder)
    return folder


def test_training_leaves_a_model_that_beats_chance_and_a_page(classifier):
    metrics = json.loads((classifier / "metrics.json").read_text())
    assert metrics["model"]["accuracy"] > 0.6
    assert {"most frequent label", "TF-IDF + logistic regression", "TF-IDF + linear SVM"} == set(
        metrics["baselines"]
    )
    assert metrics["verdict"]["level"] in ("better", "same", "worse")
    page = (classifier / "report.html").read_text()
    for word in ("Confusion matrix", "Do the probabilities hold", "weather", "TF-IDF + linear SVM"):
        assert word in page


def test_one_text_is_labelled_with_the_words_that_were_looked_at(call, classifier):
    outcome = call("predict", classifier, "--text", "we saw a storm near the old oven")
    assert outcome.code == 0, outcome.err
    assert "storm" in outcome.out
    assert any(label in outcome.out for label in ("weather", "food"))
    answer = json.loads(call("predict", classifier, "--text", "a big goal", "--json").out)
    assert answer["label"] == "sport"
    assert sum(answer[f"p_{name}"] for name in ("food", "sport", "weather")) == pytest.approx(1, abs=1e-5)


def test_a_file_of_texts_is_labelled_row_by_row(call, classifier, tmp_path):
    pl.DataFrame({"text": ["the soup", "", "rain today"]}).write_csv(tmp_path / "new.csv")
    assert call("predict", classifier, tmp_path / "new.csv", "--out", tmp_path / "answers.csv").code == 0
    answers = pl.read_csv(tmp_path / "answers.csv")
    assert answers["label"].to_list()[::2] == ["food", "weather"]
    assert len(answers) == 3


def test_evaluation_reports_texts_that_were_learnt_from(call, classifier, texts, tmp_path):
    fresh = write(tmp_path / "fresh.csv", rows(60, seed=9))
    result = json.loads(call("evaluate", classifier, fresh, "--json").out)
    assert result["rows"] == 60
    assert not any("LEAK" in line for line in result["repairs"])
    leaking = json.loads(call("evaluate", classifier, texts, "--json").out)
    assert any("LEAK: 204 of 240 texts (85.0 %)" in line for line in leaking["repairs"])


def test_a_label_that_training_never_showed_is_said(call, classifier, tmp_path):
    strange = write(tmp_path / "strange.csv", [*rows(30, seed=5), ("the tax is due", "money")])
    result = json.loads(call("evaluate", classifier, strange, "--json").out)
    assert any('"money" (1)' in line for line in result["notes"])


def test_a_test_file_that_repeats_training_rows_is_a_leak(call, tmp_path):
    train = write(tmp_path / "train.csv", rows())
    test = write(tmp_path / "test.csv", [*rows(40, seed=7), rows()[0]])
    outcome = call("train", train, *TINY, "--test", test, "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    assert "LEAK: 1 of 41 test texts" in outcome.out
    assert "LEAK" in (tmp_path / "m" / "report.html").read_text()


def test_labels_with_levels_get_a_head_each(call, tmp_path):
    pairs = [(text, f"{label}:{'long' if len(text) > 45 else 'short'}") for text, label in rows()]
    outcome = call(
        "train", write(tmp_path / "t.csv", pairs), *TINY, "--hierarchy", ":", "--out", tmp_path / "m"
    )
    assert outcome.code == 0, outcome.err
    assert "Level 1 of the labels (3 classes)" in outcome.out
    assert len(open_bundle(tmp_path / "m").encoders["task"]["labels"]["levels"]) == 2


def test_texts_with_several_labels(call, tmp_path):
    pairs = [(f"{text} {other}", f"{label};{second}" if label != second else label)
             for (text, label), (other, second) in zip(rows(), rows(seed=1)[::-1], strict=True)]  # fmt: skip
    outcome = call(
        "train", write(tmp_path / "t.csv", pairs), *TINY, "--separator", ";", "--out", tmp_path / "m"
    )
    assert outcome.code == 0, outcome.err
    answer = json.loads(call("predict", tmp_path / "m", "--text", "rain on the match", "--json").out)
    assert set(answer["label"].split(";")) <= {"weather", "sport", "food", ""}


def test_none_of_these_has_a_threshold(call, tmp_path):
    pairs = [*rows(), *((f"{text} nothing", "other") for text, _ in rows(60, seed=2))]
    outcome = call(
        "train", write(tmp_path / "t.csv", pairs), *TINY, "--none-label", "other", "--out", tmp_path / "m"
    )
    assert outcome.code == 0, outcome.err
    assert open_bundle(tmp_path / "m").encoders["task"]["threshold"] is not None


def test_resuming_goes_on_and_clears_the_checkpoints(call, texts, tmp_path):
    assert call("train", texts, *TINY, "--resume", "--out", tmp_path / "m").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m"]


def test_summary_lists_the_layers(call, classifier):
    out = call("summary", classifier).out
    for layer in ("Embedding", "Bidirectional LSTM", "Additive attention", "Heads"):
        assert layer in out, out


BAD = {
    "one class": ([(text, "same") for text, _ in rows(30)], [], ["expected at least 2 classes", '"same"']),
    "missing label": (
        [*rows(30), ("no label here", "")],
        [],
        ["line 32", 'column "label"', "expected a label"],
    ),
    "wrong column": (rows(30), ["--text", "txet"], ['expected a column "txet"', 'Did you mean "text"']),
    "flag of another task": (
        rows(30),
        ["--horizon", "3"],
        ["--horizon", "--task forecast", "--task classify"],
    ),
    "unknown pool": (rows(30), ["--pool", "maximum"], ["maximum", "Did you mean"]),
    "unknown task": (rows(30), ["--task", "clasify"], ['Did you mean "classify"']),
    "no test rows": (rows(30), ["--test", "0"], ["expected test rows"]),
    "missing vectors": (rows(30), ["--vectors", "absent.txt"], ["absent.txt", "readable vectors file"]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_input_is_refused_in_one_line(call, tmp_path, case):
    pairs, arguments, parts = BAD[case]
    source = write(tmp_path / "t.csv", pairs)
    refused(call("train", source, *TINY, *arguments, "--out", tmp_path / "m"), *parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("rain 1 2 3\nsun 1 x 3\n", ["line 2", "expected 3 numbers"]),
        ("rain 1 2 3\nsun 1 2\n", ["line 2", "expected 3 numbers, got 2"]),
    ],
)
def test_a_vectors_file_with_a_broken_line_is_refused(call, texts, tmp_path, content, parts):
    (tmp_path / "v.txt").write_text(content)
    arguments = [*TINY, "--vectors", tmp_path / "v.txt", "--out", tmp_path / "m"]
    refused(call("train", texts, *arguments), str(tmp_path / "v.txt"), *parts)


def test_what_is_odd_in_a_file_is_said_and_trained_on(call, tmp_path):
    odd = [
        ("", "sport"), ("☔ 🌧 storm", "weather"), ("مطر شديد rain", "weather"), ("bad\0byte soup", "food"),
        ("a stray space", " food "), ("upper case", "FOOD"), ("the only one", "lonely"),
        *(("rain " * 3_000 + str(number), "weather") for number in range(6)),
    ]  # fmt: skip
    outcome = call("train", write(tmp_path / "t.csv", [*rows(), *odd]), *TINY, "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "m" / "report.html").read_text()
    for said in ("null bytes", "are empty", "differ only in case", "single training row", "were cut after"):
        assert said in outcome.out, said
        assert said in page, said


@pytest.mark.parametrize("text", ["", "the of and", "zzz qqq", "☔☔", "مطر", "a\0b", "word " * 100_000])
def test_every_text_gets_an_answer(call, classifier, text):
    outcome = call("predict", classifier, "--text", text, "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["label"] in ("weather", "sport", "food")


def test_a_forecaster_reads_no_text_and_a_file_or_a_text_must_be_given(call, model, classifier, texts):
    refused(call("predict", model, "--text", "hello"), "expected a file of recent rows, got a text")
    refused(call("predict", classifier), "expected a file or --text, got neither")
    refused(call("predict", classifier, texts, "--text", "x"), "got both")


@pytest.fixture(scope="session")
def variants(texts, tmp_path_factory):
    """Classifiers with the cells and the option that only torch computes, by name."""
    folder, made = tmp_path_factory.mktemp("variants"), {}
    for name, options in VARIANTS.items():
        made[name] = folder / name
        quietly("train", texts, *TINY, *options, "--out", made[name])
    return made


VARIANTS = {
    "lstm-peephole": ["--model", "lstm-peephole"],
    "lstm-layernorm": ["--model", "lstm-layernorm", "--hidden-size", "16", "--epochs", "12"],
    "zoneout": ["--zoneout", "0.1"],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_of_the_lstm_trains_is_saved_and_answers(call, variants, name):
    metrics = json.loads((variants[name] / "metrics.json").read_text())
    assert metrics["model"]["accuracy"] > 0.6
    answer = json.loads(call("predict", variants[name], "--text", "a big goal", "--json").out)
    assert answer["label"] == "sport"
    weights = open_bundle(variants[name]).read("settings.toml").decode()
    assert {"zoneout": "zoneout = 0.1"}.get(name, f'cell = "{name}"') in weights


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("lstm-peephole", "expected an RNN, LSTM or GRU, got the Peephole LSTM"),
        ("lstm-layernorm", "expected an RNN, LSTM or GRU, got the Layer-norm LSTM"),
        ("zoneout", "expected layers without zoneout, got a share of 0.1"),
    ],
)
@pytest.mark.parametrize("to", ["onnx", "c"])
def test_a_variant_is_not_exported_and_the_reason_is_said(call, variants, name, reason, to, tmp_path):
    refused(call("export", variants[name], "--to", to, "--out", tmp_path / "out"), reason)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_explained(call, variants, name, tmp_path):
    outcome = call("explain", variants[name], "--text", "a big goal", "--out", tmp_path / "why.html")
    assert outcome.code == 0, outcome.err
    assert "goal" in (tmp_path / "why.html").read_text()
