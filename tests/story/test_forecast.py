"""From a file to a forecast through the command line, as a user goes."""

import json

import numpy as np
import polars as pl

from tests.story.conftest import TINY, lines


def test_training_leaves_a_whole_bundle_and_no_checkpoints(model):
    files = {path.name for path in model.iterdir()}
    assert files == {
        "settings.toml", "encoders.json", "weights.safetensors", "metrics.json", "card.md", "report.html",
        "manifest.json", "program.json",
    }  # fmt: skip
    assert not model.with_name("model.training").exists()


def test_training_ends_with_the_table_and_the_verdict(call, demand, tmp_path):
    outcome = call("train", demand, *TINY, "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    for name in (
        "least squares",
        "gradient boosting",
        "seasonal naive (day)",
        "seasonal naive (week)",
        "GRU",
        "MAE",
    ):
        assert name in outcome.out
    assert "Verdict: " in outcome.out
    assert "report.html" in outcome.out


def test_the_same_seed_gives_the_same_weights(call, demand, model, tmp_path):
    assert call("train", demand, *TINY, "--out", tmp_path / "again").code == 0
    assert (tmp_path / "again/weights.safetensors").read_bytes() == (
        model / "weights.safetensors"
    ).read_bytes()
    assert call("train", demand, *TINY, "--seed", "4", "--out", tmp_path / "other").code == 0
    assert (tmp_path / "other/weights.safetensors").read_bytes() != (
        model / "weights.safetensors"
    ).read_bytes()


def test_evaluate_measures_the_model_beside_baselines(call, model, demand):
    outcome = call("evaluate", model, demand, "--json")
    assert outcome.code == 0, outcome.err
    result = json.loads(outcome.out)
    assert 0 < result["model"]["mae"] < 30
    assert {"seasonal naive (day)", "seasonal naive (week)"} <= set(result["baselines"])
    assert result["rows"] > 20
    table = call("evaluate", model, demand)
    assert "Verdict" in table.out


def test_predict_forecasts_what_follows_in_the_users_units(call, model, tmp_path):
    latest = tmp_path / "latest.csv"
    latest.write_text("\n".join(lines(24 * 30, known_ahead=24)) + "\n")
    out = tmp_path / "forecast.csv"
    assert call("predict", model, latest, "--out", out).code == 0
    forecast = pl.read_csv(out)
    assert forecast.columns[:2] == ["time", "load"]
    assert forecast["time"].to_list()[0] == "2024-01-31T00:00:00+00:00"
    assert forecast["time"].to_list()[-1] == "2024-01-31T23:00:00+00:00"
    quantiles = forecast.select(pl.col("^load_q.*$")).to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert 50 < forecast["load"].mean() < 150
    to_screen = call("predict", model, latest)
    assert to_screen.out.splitlines()[0].startswith("time,load,load_q0.025")
    assert len(to_screen.out.splitlines()) == 25


def test_a_bundle_opens_without_the_training_file_and_elsewhere(call, model, tmp_path):
    import shutil

    moved = shutil.copytree(model, tmp_path / "moved")
    latest = tmp_path / "latest.csv"
    latest.write_text("\n".join(lines(24 * 30, known_ahead=24)) + "\n")
    assert call("predict", moved, latest).out == call("predict", model, latest).out


def test_summary_prints_layers_shapes_and_parameters(call, model):
    outcome = call("summary", model)
    assert outcome.code == 0
    assert outcome.out.splitlines()[0].split() == ["Layer", "Output", "shape", "Parameters"]
    assert "GRU" in outcome.out
    assert outcome.out.strip().splitlines()[-1].startswith("Total")


def test_settings_come_from_a_file_and_flags_win(call, model, demand, tmp_path):
    outcome = call(
        "train", demand, "--settings", model / "settings.toml", "--set", "direct.cell=lstm", "--epochs", "1",
        "--quiet", "--out", tmp_path / "m",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    text = (tmp_path / "m/settings.toml").read_text()
    assert 'cell = "lstm"' in text
    assert "epochs = 1" in text
    assert 'targets = ["load"]' in text


def test_the_segment_family_trains_too(call, demand, tmp_path):
    outcome = call(
        "train", demand, *TINY, "--family", "segments", "--lookback", "96", "--out", tmp_path / "m"
    )
    assert outcome.code == 0, outcome.err
    assert "over segments" in outcome.out


def test_nothing_is_overwritten_without_force(call, demand, model):
    before = (model / "manifest.json").read_bytes()
    outcome = call("train", demand, *TINY, "--out", model)
    assert outcome.code == 2
    assert "--force" in outcome.err
    assert (model / "manifest.json").read_bytes() == before
