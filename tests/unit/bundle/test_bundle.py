"""What is saved comes back; what is damaged is refused by name."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from hiddenstate.bundle import open_bundle, open_kind, save_bundle
from hiddenstate.bundle.contents import FILES
from hiddenstate.errors import BundleError

EVERY_FILE = (*FILES, "parity.json", "model.onnx")


def test_everything_comes_back_exactly(saved, contents):
    bundle = open_bundle(saved)
    assert bundle.kind == "forecaster"
    assert bundle.settings == {"data": {"time": "time", "targets": ["demand"]}}
    assert bundle.encoders == {"demand": {"mean": 0.30000000000000004, "scale": [1.5, 2.5]}}
    assert bundle.metrics == {"MAE": 101.25, "MASE": None}
    assert bundle.card == "# Demand\n"
    assert bundle.read("model.onnx") == b"\x00\x01"
    assert (saved / "report.html").read_text() == "<html></html>"
    weights = bundle.load_weights()
    assert weights.keys() == contents.weights.keys()
    for name, array in contents.weights.items():
        np.testing.assert_array_equal(weights[name], array)
        assert weights[name].dtype == array.dtype


def test_metrics_are_json_that_other_languages_read(saved):
    json.loads((saved / "metrics.json").read_text(), parse_constant=lambda name: pytest.fail(name))


def test_encoders_keep_what_is_not_finite(tmp_path, contents):
    contents = dataclasses.replace(contents, encoders={"scale": [float("inf"), float("nan")]})
    save_bundle(tmp_path / "model", contents)
    infinite, nan = open_bundle(tmp_path / "model").encoders["scale"]
    assert infinite == float("inf")
    assert nan != nan


def test_tensors_of_every_form_come_back(tmp_path, contents):
    tied = torch.randn(3, 4)
    weights = {
        "transposed": tied.T,
        "tied": tied,
        "again": tied,
        "half": torch.ones(2, dtype=torch.bfloat16),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "count": torch.tensor(3),
    }
    save_bundle(tmp_path / "model", dataclasses.replace(contents, weights=weights))
    loaded = open_bundle(tmp_path / "model").load_tensors()
    assert loaded.keys() == weights.keys()
    for name, tensor in weights.items():
        assert loaded[name].dtype == tensor.dtype
        assert torch.equal(loaded[name], tensor)
    with pytest.raises(BundleError, match=r"weights\.safetensors: expected weights of a type that NumPy has"):
        open_bundle(tmp_path / "model").load_weights()


def test_opening_loads_no_torch(saved):
    code = (
        "import sys; from hiddenstate.bundle import open_bundle; "
        f"open_bundle({str(saved)!r}).load_weights(); print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_truncated_file_is_named(saved, name):
    path = saved / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BundleError, match=rf"{name}: expected \d+ bytes, got \d+"):
        open_bundle(saved)


@pytest.mark.parametrize("name", EVERY_FILE)
def test_one_changed_bit_is_found(saved, name):
    data = bytearray((saved / name).read_bytes())
    data[len(data) // 2] ^= 1
    (saved / name).write_bytes(data)
    with pytest.raises(BundleError, match=f"{name}: expected the contents that were saved"):
        open_bundle(saved)


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_missing_file_is_named(saved, name):
    (saved / name).unlink()
    with pytest.raises(BundleError, match=f"{name}: expected this file in the bundle, found none"):
        open_bundle(saved)


def test_a_missing_manifest_is_named(saved):
    (saved / "manifest.json").unlink()
    with pytest.raises(BundleError, match=r"manifest\.json: expected this file beside settings\.toml"):
        open_bundle(saved)


def test_a_truncated_manifest_is_named(saved):
    path = saved / "manifest.json"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(BundleError, match=r"manifest\.json: expected the list of a bundle's files"):
        open_bundle(saved)


def edit_manifest(folder, change):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def test_a_newer_format_says_which_version_reads_it(saved):
    # A newer layout may differ in everything but format and toolkit.
    edit_manifest(saved, lambda manifest: manifest.update(format=2, toolkit="4.5.6", files="elsewhere"))
    with pytest.raises(BundleError, match=r"format 2\. Install hiddenstate 4\.5\.6 or newer"):
        open_bundle(saved)


@pytest.mark.parametrize("change", [{"format": "1"}, {"format": 0}, {"files": []}, {"files": {"a": {}}}])
def test_a_manifest_of_nonsense_is_named(saved, change):
    edit_manifest(saved, lambda manifest: manifest.update(change))
    with pytest.raises(BundleError, match=r"manifest\.json: expected the list of a bundle's files"):
        open_bundle(saved)


def test_a_manifest_cannot_point_outside_the_folder(saved):
    (saved.parent / "secret").write_bytes(b"")
    edit_manifest(
        saved, lambda manifest: manifest["files"].update({"../secret": {"size": 0, "sha256": "e3b0"}})
    )
    with pytest.raises(BundleError, match=r'the file name "\.\./secret"'):
        open_bundle(saved)


def test_a_file_that_the_manifest_forgot_is_named(saved):
    edit_manifest(saved, lambda manifest: manifest["files"].pop("encoders.json"))
    with pytest.raises(BundleError, match=r"expected an entry for encoders\.json"):
        open_bundle(saved)


def test_what_is_no_bundle_is_explained(tmp_path):
    with pytest.raises(BundleError, match="nowhere: expected the folder of a model, found nothing"):
        open_bundle(tmp_path / "nowhere")
    (tmp_path / "demand.csv").touch()
    with pytest.raises(BundleError, match=r"demand\.csv: expected the folder of a model, got a file"):
        open_bundle(tmp_path / "demand.csv")
    with pytest.raises(BundleError, match=r"with manifest\.json\), got one with demand\.csv\."):
        open_bundle(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleError, match="got one with nothing in it"):
        open_bundle(tmp_path / "empty")


def test_an_unknown_file_of_a_bundle_is_refused(saved):
    with pytest.raises(BundleError, match=r'expected a file "parity\.jsn", found none\. It has: card\.md'):
        open_bundle(saved).read("parity.jsn")


@pytest.mark.parametrize("name", ["../escape", "sub/file", "manifest.json", "", ".hidden"])
def test_extra_files_have_plain_names(tmp_path, contents, name):
    with pytest.raises(BundleError, match="expected a plain file name"):
        save_bundle(tmp_path / "model", dataclasses.replace(contents, extra={name: b""}))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"settings": "a = "}, r"settings\.toml: expected TOML text"),
        ({"extra": {"card.md": "x"}}, r"card\.md: expected a name of its own"),
        ({"encoders": {"scaler": object()}}, "expected values that JSON has, got <object"),
    ],
)
def test_contents_that_could_not_be_read_back_are_refused(tmp_path, contents, change, message):
    with pytest.raises(BundleError, match=message):
        save_bundle(tmp_path / "model", dataclasses.replace(contents, **change))
    assert list(tmp_path.iterdir()) == []


def test_the_same_contents_give_the_same_bytes(tmp_path, contents, saved, tree):
    save_bundle(tmp_path / "again", contents)
    assert tree(tmp_path / "again") == tree(saved)


def test_a_bundle_of_another_kind_is_refused(saved):
    assert open_kind(saved, "forecaster").kind == "forecaster"
    with pytest.raises(
        BundleError, match=r"expected a tagger, got a forecaster\. Use the command for that kind"
    ):
        open_kind(saved, "tagger")
    with pytest.raises(BundleError, match="expected an intent and slot reader, got a forecaster"):
        open_kind(saved, "intent and slot reader")
