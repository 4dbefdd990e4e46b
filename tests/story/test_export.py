"""A trained model leaves for ONNX and C, and every way to compute it gives the same numbers."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from hiddenstate.bundle import open_bundle
from hiddenstate.bundle.manifest import MANIFEST
from hiddenstate.parity import certify as certifying
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime import Session
from tests.c_program import build
from tests.story.conftest import quietly
from tests.story.text_files import TINY, rows, write

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")


@pytest.fixture(scope="session")
def streaming(tmp_path_factory):
    """A classifier that reads one way and looks at the last step: one that can stream."""
    folder = tmp_path_factory.mktemp("streaming")
    texts = write(folder / "texts.csv", rows(90))
    model = folder / "model"
    quietly(
        "train", texts, *TINY, "--set", "model.bidirectional=false", "--set", "model.pool=last", "--epochs", "1",
        "--out", model,
    )  # fmt: skip
    return model


def refused(outcome, *parts):
    assert outcome.code == 2
    assert len(outcome.err.strip().splitlines()) == 1
    for part in parts:
        assert part in outcome.err


def test_verify_compares_all_ways_and_leaves_the_certificate(call, model, tmp_path):
    folder = shutil.copytree(model, tmp_path / "model")
    outcome = call("verify", folder, "--seed", "4")
    assert outcome.code == 0, outcome.out
    assert "All ways give the same numbers." in outcome.out
    for way in ("readable loop", "fused torch", "onnx runtime", "c int8"):
        assert way in outcome.out
    certificate = json.loads(open_bundle(folder).read("parity.json"))
    assert certificate["passed"] is True
    assert certificate["seed"] == 4
    assert certificate["largest_relative_error"] < 1e-5
    assert json.loads(call("verify", folder, "--json").out)["seed"] == 0


def test_a_way_that_is_off_ends_with_1_and_the_place(call, model, tmp_path, monkeypatch):
    folder = shutil.copytree(model, tmp_path / "model")
    program = json.loads((folder / PROGRAM).read_text())
    linear = next(entry for entry in program["operations"] if entry["kind"] == "activation")
    linear["options"]["function"] = "sigmoid"  # the program no longer says what the network computes
    from hiddenstate.bundle import add_file

    add_file(folder, PROGRAM, json.dumps(program).encode())
    outcome = call("verify", folder)
    assert outcome.code == 1
    assert 'readable loop: "quantiles" of usual values: expected at most 1.0e-05' in outcome.out
    assert "Not all ways give the same numbers." in outcome.out


def test_an_onnx_graph_gives_the_models_numbers(call, model, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    path = tmp_path / "model.onnx"
    outcome = call("export", model, "--to", "onnx", "--out", path)
    assert outcome.code == 0, outcome.err
    assert "Checked on" in outcome.out
    assert "No graph of one step: it reads windows of a fixed length" in outcome.out
    session = onnxruntime.InferenceSession(path)
    assert json.loads(session.get_modelmeta().custom_metadata_map["facts"])["targets"] == ["load"]
    shapes = {given.name: [7, *given.shape[1:]] for given in session.get_inputs()}
    values = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    (quantiles,) = session.run(["quantiles"], values)
    assert quantiles.shape == (7, 24, 1, 7)
    assert np.all(np.diff(quantiles, axis=-1) >= 0)
    assert 50 < quantiles.mean() < 150  # in the user's units


def test_a_model_that_streams_gets_a_graph_of_one_step(call, streaming, tmp_path):
    pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    outcome = call("export", streaming, "--to", "onnx", "--out", tmp_path / "model.onnx")
    assert outcome.code == 0, outcome.err
    assert {path.name for path in tmp_path.iterdir()} == {"model.onnx", "model.step.onnx"}


def test_several_networks_that_stream_are_compared_by_steps(call, classifiers, tmp_path):
    folder = shutil.copytree(classifiers / "last", tmp_path / "model")
    outcome = call("verify", folder)
    assert outcome.code == 0, outcome.out + outcome.err
    assert "by steps" in outcome.out


@needs_compiler
@pytest.mark.parametrize("weights", ["float32", "int8"])
def test_c_code_passes_its_own_test(call, streaming, tmp_path, weights):
    folder = tmp_path / "model_c"
    arguments = ("export", streaming, "--to", "c", "--out", folder, "--weights", weights, "--longest", "40")
    outcome = call(*arguments)
    assert outcome.code == 0, outcome.err
    assert "One step:" in outcome.out
    assert ("Rounding to int8" in outcome.out) == (weights == "int8")
    assert "int model_step(" in (folder / "model.h").read_text()
    assert "#define MODEL_MAX_STEPS 40" in (folder / "model.h").read_text()
    assert "model_word" in (folder / "model.h").read_text()
    run = subprocess.run(["make", "test"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    refused(call(*arguments), "expected a free place", "--force")
    assert call(*arguments, "--force").code == 0  # its objects and executables are replaced as well


@needs_compiler
def test_what_is_no_export_is_not_replaced(call, model, tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    refused(call("export", model, "--to", "c", "--out", tmp_path, "--force"), "other files")
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_an_export_that_gives_other_numbers_is_not_written(call, model, tmp_path, monkeypatch):
    monkeypatch.setattr(certifying, "tolerances", lambda reference, plain: dict.fromkeys(reference, 0.0))
    outcome = call("export", model, "--to", "onnx", "--out", tmp_path / "model.onnx")
    refused(outcome, "onnx runtime:", "Nothing was written")
    assert not list(tmp_path.iterdir())


def test_int8_that_costs_too_much_is_not_written(call, model, tmp_path, monkeypatch):
    from hiddenstate.workflows import export

    if shutil.which("cc") is None:
        pytest.skip("no C compiler here")
    monkeypatch.setattr(export, "MOST_INT8_ERROR", 1e-9)
    refused(
        call("export", model, "--to", "c", "--weights", "int8", "--out", tmp_path / "c"),
        "expected int8 weights that leave at least 90%",
    )
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--to", "onx", "--out", "a.onnx"), ('got "onx"', 'Did you mean "onnx"')),
        (("--to", "onnx", "--out", "model"), ("--out: expected a file that ends in .onnx",)),
        (("--to", "onnx", "--out", "a.onnx", "--weights", "int8"), ("Export to c for int8",)),
        (("--to", "c", "--out", "a", "--weights", "int4"), ('got "int4"', "Valid: float32, int8")),
    ],
)
def test_what_cannot_be_exported_is_refused(call, model, arguments, parts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(call("export", model, *arguments), *parts)
    assert not list(tmp_path.iterdir())


def test_without_the_extra_the_remedy_is_said(call, model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    outcome = call("export", model, "--to", "onnx", "--out", tmp_path / "a.onnx")
    refused(outcome, "pip install 'hiddenstate[export]'")


def test_without_a_compiler_the_ways_out_are_said(call, model, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    out = tmp_path / "c"
    refused(call("export", model, "--to", "c", "--out", out), "expected a C compiler", "--no-check")
    assert call("export", model, "--to", "c", "--out", out, "--no-check").code == 0
    assert (out / "model.c").exists()


def test_a_model_of_before_is_to_be_trained_again(call, model, tmp_path):
    folder = shutil.copytree(model, tmp_path / "model")
    manifest = json.loads((folder / MANIFEST).read_text())
    del manifest["files"][PROGRAM]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    refused(call("verify", folder), "expected a model with program.json", "Train it again")


@pytest.mark.xdist_group("classifiers")
def test_counted_pairs_go_to_onnx(call, classifiers, tmp_path):
    outcome = call("export", classifiers / "pairs", "--to", "onnx", "--out", tmp_path / "model.onnx")
    assert outcome.code == 0, outcome.err


PAIRED_MAIN = """
#include <stdio.h>
#include "model.h"
static model_run_inputs inputs;
static model_run_outputs outputs;
static model_run_work work;
static int32_t words[MODEL_MAX_STEPS], counted[MODEL_MAX_STEPS], pairs[MODEL_MAX_STEPS];
int main(int count, char **forms)
{
    for (int i = 1; i < count; i++) {
        words[i - 1] = model_word(forms[i]);
        counted[i - 1] = model_counted(words[i - 1]);
        pairs[i - 1] = model_pair(i > 1 ? forms[i - 1] : "", forms[i]);
    }
    inputs.words = words;
    inputs.counted = counted;
    inputs.pairs = pairs;
    inputs.steps = (size_t)(count - 1);
    if (model_run(&inputs, &outputs, &work) != MODEL_OK) {
        return 1;
    }
    for (size_t i = 0; i < sizeof outputs.probabilities0 / sizeof *outputs.probabilities0; i++) {
        printf("%.7g ", (double)outputs.probabilities0[i]);
    }
    return 0;
}
"""


@needs_compiler
@pytest.mark.xdist_group("classifiers")
def test_counted_pairs_go_to_c_from_words_to_probabilities(call, classifiers, tmp_path):
    folder = tmp_path / "c"
    outcome = call("export", classifiers / "pairs", "--to", "c", "--out", folder, "--longest", "40")
    assert outcome.code == 0, outcome.err
    run = subprocess.run(["make", "test"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    main = build(folder, PAIRED_MAIN)
    session = Session(classifiers / "pairs")
    for text in ("rain today very near", "today rain near very", "unseenword the storm", "goal"):
        assert session.texts is not None
        forms = session.texts.encoder.forms([text])[0]
        answer = subprocess.run([main, *forms], capture_output=True, text=True, check=True).stdout
        np.testing.assert_allclose(
            [float(part) for part in answer.split()], session.run([text]).probabilities[0], atol=2e-6
        )
