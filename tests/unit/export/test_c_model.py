"""The generated files: what they say, what they refuse, and that they run as a user would run them."""

import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.errors import SettingsError
from hiddenstate.export import c_model
from hiddenstate.export.c_model import to_c
from hiddenstate.export.c_numbers import c_array, float_literal, quantise, upper_half
from hiddenstate.layers import Stacked
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import specimen
from hiddenstate.program.program import Output, Scaling

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")


def generate(name="stacked lstm x1", **options):
    subject = subject_of(specimen(name), name)
    random = np.random.default_rng(0)
    samples = [
        {
            key: (
                random.integers(0, given.largest, (1, 5))
                if given.whole
                else random.normal(size=(1, *(5 if size == "time" else size for size in given.shape[1:])))
            )
            for key, given in subject.program.inputs.items()
            if key != "lengths" and key not in subject.program.states
        }
    ]
    return to_c(subject.program, subject.weights, samples=samples, **options)


def write(model, folder):
    for name, text in model.files.items():
        (folder / name).write_text(text)


@needs_compiler
@pytest.mark.parametrize("kind", ["float32", "int8"])
@pytest.mark.parametrize("name", ["stacked lstm x1", "text, max+attention", "direct gru"])
def test_make_test_passes_on_the_test_vectors(name, kind, tmp_path):
    write(generate(name, kind=kind), tmp_path)
    run = subprocess.run(["make", "test"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert re.search(r"1 test vectors, largest error \S+e-0[6-9]", run.stdout), run.stdout


@needs_compiler
def test_a_wrong_weight_turns_the_vectors_red(tmp_path):
    model = generate()
    text = model.files["model.c"]
    first = re.search(r"= \{\n    (\S+?),", text)
    assert first is not None
    write(replace(model, files={**model.files, "model.c": text.replace(first[1], "0.9f", 1)}), tmp_path)
    assert subprocess.run(["make", "test"], cwd=tmp_path, capture_output=True).returncode != 0


@needs_compiler
def test_input_out_of_range_is_refused_by_the_c_code(tmp_path):
    write(generate("text, max+attention", longest=8), tmp_path)
    (tmp_path / "main.c").write_text(
        """
        #include "model.h"
        static model_run_inputs inputs;
        static model_run_outputs outputs;
        static model_run_work work;
        int main(void)
        {
            const int32_t words[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, strange[2] = { 1, 99 };
            inputs.words = words;
            inputs.steps = 9;
            if (model_run(&inputs, &outputs, &work) != MODEL_TOO_LONG) return 1;
            inputs.words = strange;
            inputs.steps = 2;
            if (model_run(&inputs, &outputs, &work) != MODEL_BAD_NUMBER) return 2;
            inputs.steps = 0;
            return model_run(&inputs, &outputs, &work) == MODEL_OK ? 0 : 3;
        }
        """
    )
    subprocess.run(["cc", "-std=c99", "main.c", "model.c", "-o", "main", "-lm"], cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "main"]).returncode == 0


def test_the_header_says_what_it_costs():
    model = generate()
    weights = 4 * (20 * 3 + 20 * 5 + 20)
    assert model.flash_bytes == weights
    assert f"Flash: {weights:,} bytes of weights (float32)" in model.files["model.h"]
    assert f"RAM:   {model.work_bytes:,} bytes" in model.files["model.h"]
    assert model.state_bytes == 4 * 10
    assert "40 bytes for each stream" in model.files["model.h"]


def test_the_longest_sequence_sets_the_memory():
    assert generate(longest=500).work_bytes > 5 * generate(longest=50).work_bytes
    assert "#define MODEL_MAX_STEPS 50\n" in generate(longest=50).files["model.h"]
    assert generate(longest=500).step_work_bytes == generate(longest=50).step_work_bytes


def test_int8_is_more_than_three_and_a_half_times_smaller():
    subject = subject_of(Stacked("lstm", 16, hidden_size=64), "example")
    exact, rounded = (to_c(subject.program, subject.weights, kind=kind) for kind in ("float32", "int8"))
    assert exact.flash_bytes > 3.5 * rounded.flash_bytes


def test_labels_units_and_scalers_are_written_down():
    subject = subject_of(specimen("stacked gru x1"), "example")
    program = subject.program
    output = Output(program.outputs["outputs"].value, ('say "hi"', "größer", "c", "d", "e"), unit="MW")
    given = replace(program.inputs["x"], scaling=Scaling((1.5, 2.0, 3.0), (0.25, 1.0, 1.0)))
    program = replace(
        program, outputs={**program.outputs, "outputs": output}, inputs={**program.inputs, "x": given}
    )
    files = to_c(program, subject.weights).files
    assert 'const char *const model_labels_outputs[5] = { "say \\042hi\\042"' in files["model.c"]
    assert "extern const char *const model_labels_outputs[5]; /* MW */" in files["model.h"]
    assert "void model_scale_x(const float *values, size_t rows, float *scaled);" in files["model.h"]


def test_a_model_too_large_for_c_is_refused_with_the_ways_out(monkeypatch):
    monkeypatch.setattr(c_model, "MOST_WEIGHTS", 100)
    with pytest.raises(
        SettingsError, match=r"at most 100 weights, got 180\. Train with a smaller vocabulary"
    ):
        generate()


def test_numbers_read_back_exactly():
    random = np.random.default_rng(0)
    values = np.concatenate([random.normal(size=200), [1e-42, 3e38, -0.0, 1e10]]).astype(np.float32)
    for value in values:
        literal = float_literal(value)
        assert np.float32(float(literal[:-1])) == value
        assert re.search(r"[.e]", literal), "a C float constant has a point or an exponent"
    assert c_array("empty", np.zeros(0, dtype=np.float32)).startswith("static const float empty[1]")


def test_rounding_to_int8_is_off_by_half_a_step_at_most():
    matrix = np.random.default_rng(0).normal(size=(4, 30)).astype(np.float32)
    matrix[2] = 0.0
    (found,) = quantise(matrix)
    step = found.scale[:, np.newaxis]
    assert np.all(np.abs(found.whole * step - matrix) <= 0.5001 * step)
    assert not found.whole[2].any()


def test_matrices_whose_products_are_summed_share_their_scales():
    small, large = np.full((1, 2), 0.1, np.float32), np.full((1, 2), 12.7, np.float32)
    first, second = quantise(small, large)
    assert first.scale == second.scale == pytest.approx(0.1, rel=1 / 128)
    assert first.scale >= np.float32(12.7) / 127, "the largest number fits"


def test_a_scale_is_its_upper_half():
    scale = quantise(np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32))[0].scale
    widened = (upper_half(scale).astype(np.uint32) << 16).view(np.float32)
    assert np.array_equal(widened, scale)
