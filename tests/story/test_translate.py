"""Translation through the command line: from a file of pairs to answers, alignment and a page."""

import json
import random
import shutil
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from hiddenstate.bundle import open_kind
from hiddenstate.data.joint_pieces import JointPieces
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.kernels.library import KernelError
from hiddenstate.runtime.translator import Translator
from hiddenstate.tasks.translate_settings import TranslateSettings
from tests.story.conftest import quietly
from tests.story.test_bad_input import refused

ONES = "one two three four five six seven eight nine ten".split()
EINS = "eins zwei drei vier fünf sechs sieben acht neun zehn".split()
TINY = [
    "--task", "translate", "--hidden-size", "32", "--epochs", "3", "--batch-size", "16", "--learning-rate", "0.01",
    "--set", "task.pieces=60", "--set", "model.embedding_size=32", "--set", "model.encoder_dropout=0.0",
    "--set", "model.output_dropout=0.0", "--set", "model.embedding_dropout=0.0", "--set", "data.longest=30",
    "--validation", "0.1", "--test", "0.1", "--quiet",
]  # fmt: skip


def pairs(count=300):
    """Numbers in words, and their translations: some are one word long, none says anything about the others."""
    drawn = random.Random(0)
    rows = [[drawn.randrange(10) for _ in range(drawn.randint(1, 5))] for _ in range(count)]
    return [
        (" ".join(ONES[number] for number in row), " ".join(EINS[number] for number in row)) for row in rows
    ]


def write(path, rows):
    path.write_text("".join(f"{own}\t{other}\n" for own, other in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write(tmp_path_factory.mktemp("pairs") / "pairs.tsv", pairs())


@pytest.fixture(scope="module")
def translator(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("translator") / "m"
    quietly("train", source, *TINY, "--set", "task.twin=true", "--out", folder)
    return folder


def test_it_beats_the_nearest_pair_and_its_twin_without_attention_stands_beside_it(translator):
    metrics = json.loads((translator / "metrics.json").read_text())
    baselines = metrics["baselines"]
    assert metrics["model"]["chrf"] > baselines["copy of the source"]["chrf"]
    assert "most similar training pair" in baselines
    assert "LSTM without attention" in baselines
    assert metrics["verdict"]["best_baseline"] in ("most similar training pair", "copy of the source")
    assert metrics["signatures"][0].startswith("BLEU|nrefs:1|case:mixed|eff:no|tok:13a")
    page = (translator / "report.html").read_text()
    for word in ("Quality by length", "Alignment of example 1", "tok:13a", "Learning curve", "Layers"):
        assert word in page, word


def test_an_answer_says_where_each_piece_looked(call, translator):
    answer = json.loads(call("predict", translator, "--text", "Two NINE", "--beam", "3", "--json").out)
    assert "".join(answer["source_pieces"]).split() == ["two", "nine"]
    assert len(answer["alignment"]) == len(answer["target_pieces"])
    assert all(abs(sum(row) - 1) < 0.01 for row in answer["alignment"])
    assert "looked at:" in call("predict", translator, "--text", "two nine").out


def test_a_file_is_translated_line_by_line_and_an_empty_line_stays_empty(call, translator, tmp_path):
    (tmp_path / "new.txt").write_text("one two\n\nthree\tignored\n")
    assert call("predict", translator, tmp_path / "new.txt", "--out", tmp_path / "a.csv").code == 0
    answers = pl.read_csv(tmp_path / "a.csv").fill_null("")
    assert answers["text"].to_list() == ["one two", "", "three"]
    assert answers["translation"][1] == ""


def test_characters_never_seen_are_named_and_cost_no_answer(call, translator):
    shown = call("predict", translator, "--text", "two ☃ nine")
    assert shown.code == 0
    assert 'never seen in training, read as unknown: "☃"' in shown.out


def test_evaluation_prints_the_figures_and_how_they_were_measured(call, translator, source):
    result = json.loads(call("evaluate", translator, source, "--json").out)
    assert result["rows"] == 300
    assert 0 < result["model"]["bleu_moses"] <= 1
    assert any("chrF|nrefs:1" in line for line in result["notes"])


def test_explain_shows_alignment_and_gates_of_both_halves(call, translator, tmp_path):
    assert call("explain", translator, "--text", "two nine four", "--out", tmp_path / "why.html").code == 0
    page = (tmp_path / "why.html").read_text()
    for word in (
        "Alignment: written by read",
        "How far the gradient reaches back",
        "encoder, layer 1, backward",
        "Inside encoder",
        "Inside lower",
        "Inside upper",
        "f: forget gate",
    ):
        assert word in page, word


def test_a_walk_through_what_is_written(call, translator):
    outcome = call("walk", translator, "--text", "two nine four", "--layer", 3, "--count", 1)
    assert outcome.code == 0, outcome.err
    assert "of upper, layer 1 (LSTM) in numbers" in outcome.out
    assert "step 1: (begin)" in outcome.out


def test_summary_lists_both_halves(call, translator):
    out = call("summary", translator).out
    assert "Bidirectional LSTM" in out
    assert "Additive attention" in out


def test_beams_that_cannot_be_searched_are_refused(call, translator, model):
    refused(call("predict", translator, "--text", "one", "--beam", "0"), "beam: expected 1 or more", "got 0")
    refused(
        call("predict", translator, "--text", "one", "--beam", "5000"),
        "the pieces of the vocabulary, got 5,000",
    )
    refused(
        call("predict", model, "--text", "one", "--beam", "2"),
        "--beam: expected a model that searches",
        "forecaster",
    )


def test_a_source_of_two_thousand_words_is_refused(call, translator):
    refused(
        call("predict", translator, "--text", "one " * 2000),
        "text 1: expected at most 30 words, got 2,000. Translate it sentence by sentence.",
    )


def test_a_missing_tab_is_named_by_file_and_line(call, source, tmp_path):
    bad = tmp_path / "bad.tsv"
    bad.write_text("one\teins\ntwo zwei\n")
    refused(call("train", bad, *TINY, "--out", tmp_path / "m"), f"{bad} line 2", 'got no tab: "two zwei"')
    bad.write_text("one\teins\ntwo\tzwei\t2\n")
    refused(call("train", bad, *TINY, "--out", tmp_path / "m"), f"{bad} line 2", "got 2 tabs")
    assert not (tmp_path / "m").exists()


def test_pairs_with_an_empty_side_and_long_ones_are_left_out_and_counted(call, tmp_path):
    rows = [*pairs(60), ("one", " "), ("", "eins"), ("one " * 40, "eins")]
    file = write(tmp_path / "gaps.tsv", rows)
    assert call("train", file, *TINY, "--epochs", "1", "--out", tmp_path / "m").code == 0
    repairs = json.loads((tmp_path / "m" / "metrics.json").read_text())["repairs"]
    assert "2 pairs left out, one side is empty: line 61, 62." in repairs
    assert "1 pairs left out, longer than 30 words: line 63." in repairs


def test_swapped_columns_are_found(call, translator, source, tmp_path):
    swapped = write(tmp_path / "swapped.tsv", [(other, own) for own, other in pairs(40)])
    refused(
        call("evaluate", translator, swapped), str(swapped), "got the other language", "Swap the two columns"
    )
    flags = [*TINY, "--test", swapped]
    refused(call("train", source, *flags, "--out", tmp_path / "m"), "Swap the two columns")


def test_c_is_refused_with_the_reason_and_the_ways_out(call, translator, tmp_path):
    refused(
        call("export", translator, "--to", "c", "--out", tmp_path / "c"),
        "expected a model that answers in one pass, got m: it searches its answer piece by piece, in memory that grows",
        "Export to onnx, or translate in Python without torch: hiddenstate.runtime.translator.Translator",
    )
    assert not list(tmp_path.iterdir())


def test_two_graphs_and_a_loop_around_them_write_what_predict_writes(call, translator, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    outcome = call("export", translator, "--to", "onnx", "--out", tmp_path / "m.onnx")
    assert outcome.code == 0, outcome.err
    assert "m.onnx reads a sentence, m.step.onnx writes one piece; the search is the caller's." in outcome.out
    assert "Checked on" in outcome.out
    read, write = (onnxruntime.InferenceSession(tmp_path / name) for name in ("m.onnx", "m.step.onnx"))
    facts = json.loads(read.get_modelmeta().custom_metadata_map["facts"])
    names = [output.name for output in write.get_outputs()]
    for text in ("two nine", "one", "three five ten ten"):
        answer = json.loads(call("predict", translator, "--text", text, "--beam", "1", "--json").out)
        numbers = Translator.open(translator).pieces.encode([text])[0]
        assert [facts["pieces"][number].removeprefix("##") for number in numbers] == [
            piece.replace(" ", "\u2581") for piece in answer["source_pieces"]
        ]
        given = {"sources": numbers[None].astype(np.int64), "lengths": np.array([len(numbers)])}
        memory = dict(zip([output.name for output in read.get_outputs()], read.run(None, given), strict=True))
        memory["lengths"] = given["lengths"]
        piece, pieces, looked = facts["begin"], [], []
        while len(pieces) < 2 * len(numbers) + 9:
            found = dict(zip(names, write.run(None, {"piece": np.array([piece]), **memory}), strict=True))
            found["log_probabilities"][
                :, : facts["end"]
            ] = -np.inf  # padding, unknown and begin are never written
            piece = int(found["log_probabilities"].argmax())
            if piece == facts["end"]:
                break
            pieces.append(facts["pieces"][piece].removeprefix("##").replace("\u2581", " "))
            looked.append(found["attention"][0])
            memory |= {name: found[f"{name}.next"] for name in memory if f"{name}.next" in found}
        assert pieces == answer["target_pieces"]
        np.testing.assert_allclose(looked, answer["alignment"], atol=1e-3)


def test_all_ways_give_the_same_numbers_and_the_same_sentences(call, translator, tmp_path):
    folder = shutil.copytree(translator, tmp_path / "model")
    outcome = call("verify", folder)
    assert outcome.code == 0, outcome.out + outcome.err
    assert "All ways give the same numbers." in outcome.out
    certificate = json.loads((folder / "parity.json").read_text())
    assert certificate["passed"]
    assert certificate["largest_relative_error"] < 1e-5
    assert certificate["label_flips"] == 0
    ways = {pair["second"] for pair in certificate["pairs"] if pair["first"] == "numpy float64"}
    assert {"readable loop", "fused torch", "runtime"} <= ways
    assert certificate["not_tried"]["c"].startswith("it searches its answer piece by piece")


def test_what_a_translator_costs(call, translator):
    found = json.loads(call("budget", translator, "--json").out)
    weights = open_kind(translator, "translator").load_weights()
    assert found["parameters"] == sum(array.size for array in weights.values())
    assert found["weight_bytes"]["float32"] == 4 * found["parameters"]
    assert found["timed"] == "a piece that is written, beam of 5"
    greedily, reading = found["further_times"].values()
    assert 0 < found["microseconds"] < 1e6
    assert 0 < greedily < 1e6
    assert 0 < reading < 1e6
    kernels, sentence = found["ram_bytes"].values()
    assert (
        kernels > found["weight_bytes"]["float32"]
    )  # the lower layer's product with every piece is kept, too
    pieces = weights["member0.bias"].size
    assert sentence > 4 * 5 * pieces  # the scores of all pieces for each hypothesis
    assert found["c"] == []
    said = call("budget", translator).out
    assert "a piece that is read, of 20" in said
    assert "no: it reads a whole sentence before it writes" in said
    assert "As C: it searches its answer piece by piece" in said


def test_a_cell_that_only_torch_computes_is_not_exported(call, source, tmp_path):
    model = tmp_path / "peephole"
    quietly("train", source, *TINY, "--epochs", "1", "--model", "lstm-peephole", "--out", model)
    for command in (("export", model, "--to", "onnx", "--out", tmp_path / "x.onnx"), ("verify", model)):
        refused(call(*command), "expected an RNN, LSTM or GRU, got the", "Train with one of these")
    refused(
        call("budget", model), 'got "lstm-peephole", which only torch computes', "Train with one of these"
    )


def test_answers_are_given_without_torch(translator):
    program = (
        "import sys\n"
        f"sys.argv = ['hiddenstate', 'predict', {str(translator)!r}, '--text', 'two nine', '--beam', '5', '--json']\n"
        "from hiddenstate.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit as end:\n    assert not end.code\n"
        "assert 'torch' not in sys.modules\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["text"] == "two nine"


def test_without_kernels_torch_gives_the_same_answers(call, translator, monkeypatch):
    texts = [part for text in ("Two NINE", "one", "☃ four three") for part in ("--text", text)]
    ours = [json.loads(line) for line in call("predict", translator, *texts, "--json").out.splitlines()]

    def refuse(bundle):
        raise KernelError("none here")

    monkeypatch.setattr(Translator, "of", refuse)
    theirs = [json.loads(line) for line in call("predict", translator, *texts, "--json").out.splitlines()]
    for own, other in zip(ours, theirs, strict=True):
        assert own["alignment"] == [pytest.approx(row, abs=2e-4) for row in other["alignment"]]
        assert own["score"] == pytest.approx(other["score"], abs=2e-4)
        left = own.keys() - {"alignment", "score"}
        assert {key: own[key] for key in left} == {key: other[key] for key in left}


def test_a_cell_that_only_torch_computes_is_trained_and_answers(call, tmp_path):
    file = write(tmp_path / "few.tsv", pairs(60))
    flags = [*TINY, "--epochs", "1", "--model", "lstm-peephole"]
    assert call("train", file, *flags, "--out", tmp_path / "m").code == 0
    assert json.loads(call("predict", tmp_path / "m", "--text", "two", "--json").out)["text"] == "two"


def test_evaluation_with_another_beam_says_so(call, translator, source, model):
    greedy = json.loads(call("evaluate", translator, source, "--beam", "1", "--json").out)
    assert greedy["beam"] == 1
    assert "Searched with a beam of 1." in call("evaluate", translator, source, "--beam", "1").out
    refused(call("evaluate", translator, source, "--beam", "0"), "beam: expected 1 or more")
    refused(call("evaluate", model, source, "--beam", "2"), "--beam: expected a model that searches")


def test_in_lower_case_references_are_lowered_before_they_are_compared(call, tmp_path):
    rows = [(own.title(), other.title()) for own, other in pairs()]
    file = write(tmp_path / "upper.tsv", rows)
    flags = [*TINY, "--set", "task.lower_case=both", "--out", tmp_path / "m"]
    assert call("train", file, *flags).code == 0
    result = json.loads(call("evaluate", tmp_path / "m", file, "--json").out)
    assert result["model"]["bleu"] == result["model"]["bleu_lower"] > 0
    assert result["lowered"] is True
    assert any("put into lower case before anything was measured" in line for line in result["notes"])
    assert "put into lower case before anything was measured" in (tmp_path / "m" / "report.html").read_text()
    metrics = json.loads((tmp_path / "m" / "metrics.json").read_text())
    nearest = metrics["baselines"]["most similar training pair"]
    assert nearest["bleu"] == nearest["bleu_lower"]


def test_a_file_of_which_no_pair_is_left_is_refused(call, tmp_path):
    bad = tmp_path / "bad.tsv"
    bad.write_text("one\t \n\teins\n")
    refused(
        call("train", bad, *TINY, "--out", tmp_path / "m"),
        "expected pairs of sentences, got none. 2 pairs left out, one side is empty",
    )
    bad.write_text("")
    refused(call("train", bad, *TINY, "--out", tmp_path / "m"), f"{bad}")


def test_settings_out_of_range_and_damaged_pieces_are_refused():
    with pytest.raises(SettingsError, match="pieces: expected 10 or more, got 9"):
        TranslateSettings(pieces=9)
    with pytest.raises(SettingsError, match=r"label_smoothing: expected a share from 0 to below 1, got 1\.0"):
        TranslateSettings(label_smoothing=1.0)
    with pytest.raises(BundleError, match="expected stored pieces, got damaged ones"):
        JointPieces.from_dict({})
