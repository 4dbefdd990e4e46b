"""Why a model that hears answered as it did: one offline page for one recording."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("ears")


def test_the_page_shows_sound_attention_and_gates_on_one_axis(call, ears, tmp_path):
    out = tmp_path / "why.html"
    outcome = call(
        "explain", ears / "both", ears / "up" / "ann0.wav", "--out", out, "--charts", tmp_path / "charts",
        "--trace", tmp_path / "gates.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("The answer: ")
    page = out.read_text()
    assert "ann0.wav, heard by network 1 of 2" in page
    assert "What was heard, and what the network did meanwhile" in page
    assert "most attention at" in page
    assert "lowers the probability most" in page
    for place in ("layer 1", "layer 1, backward", "layer 2", "layer 2, backward"):
        assert f"update gate, {place}: median unit" in page
    assert "data:audio/wav;base64," in page
    assert "0.02 s" in page  # steps are named by their seconds
    assert (tmp_path / "charts" / "sound-1.png").exists()
    assert "layers" in json.loads((tmp_path / "gates.json").read_text())


def test_hiding_a_stretch_is_the_network_on_frames_without_it(ears):
    import torch

    from hiddenstate.workflows.explain.of_sound import falls
    from hiddenstate.workflows.hearing.gate_strips import one_recording
    from hiddenstate.workflows.hearing.saved import open_hearing

    saved = open_hearing(ears / "one")
    batch = one_recording(saved.task, str(ears / "up" / "ann0.wav"), saved.run.recordings())
    found = falls(saved, batch, 2)
    assert found.shape == (10,)
    frames, hidden = batch.frames, batch.frames.clone()
    hidden[:, -1:] = 0.0  # 14 steps in ten stretches: the last one is a single step
    with torch.no_grad():
        before, after = (
            torch.softmax(saved.models[0](x, batch.lengths).logits.double() / saved.task.temperature, -1)[
                0, 2
            ]
            for x in (frames, hidden)
        )
    assert found[-1] == pytest.approx(float(before - after), abs=1e-6)
    assert np.ptp(found) > 0


def test_a_model_without_attention_is_honest_about_it(call, ears, tmp_path):
    outcome = call(
        "explain", ears / "one", ears / "up" / "ann0.wav", "--out", tmp_path / "why.html", "--show", "sound"
    )
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "why.html").read_text()
    assert "most of the pooled vector comes from" in page
    assert "How far the gradient" not in page
    outcome = call(
        "explain",
        ears / "one",
        ears / "up" / "ann0.wav",
        "--out",
        tmp_path / "no.html",
        "--show",
        "attention",
    )
    assert outcome.code == 2
    assert "expected a model with attention, got one that pools by" in outcome.err
    assert not (tmp_path / "no.html").exists()


def test_what_is_no_recording_is_refused(call, ears, tmp_path):
    outcome = call("explain", ears / "both", ears / "table.csv", "--out", tmp_path / "a.html")
    assert (outcome.code, "expected one recording, got something else" in outcome.err) == (2, True)
    outcome = call("explain", ears / "both", "--text", "up", "--out", tmp_path / "a.html")
    assert (outcome.code, "expected a recording, got a text" in outcome.err) == (2, True)
    np.save(tmp_path / "other.npy", np.zeros((20, 13), np.float32))
    outcome = call("explain", ears / "both", tmp_path / "other.npy", "--out", tmp_path / "a.html")
    assert (outcome.code, "expected frames of 23 numbers" in outcome.err) == (2, True)
    assert not (tmp_path / "a.html").exists()


def test_ready_made_frames_have_gates_but_no_sound(call, ears, tmp_path):
    frames = np.random.default_rng(0).standard_normal((30, 23)).astype(np.float32)
    np.save(tmp_path / "made.npy", frames + 10)
    outcome = call("explain", ears / "both", tmp_path / "made.npy", "--out", tmp_path / "a.html")
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "a.html").read_text()
    assert "audio/wav" not in page
    assert "recurrent, layer 1" in page


def test_one_unit_is_walked_through(call, ears):
    outcome = call("walk", ears / "both", ears / "up" / "ann0.wav", "--unit", "2", "--count", "2")
    assert outcome.code == 0, outcome.err
    assert "0.02 s" in outcome.out


def test_the_report_draws_the_gates_of_the_last_layer(ears):
    page = (ears / "both" / "report.html").read_text()
    assert "update gate, layer 2, backward: median unit" in page
    assert "update gate, layer 1: median unit" not in page
