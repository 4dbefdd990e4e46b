"""Settings of hearing that change what a user sees; what its pages call the things that are heard."""

import html
import json
import re

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("ears")
QUICK = [
    "--task", "hear", "--group", "speaker", "--epochs", "2", "--batch-size", "8", "--hidden-size", "6", "--seed", "3",
    "--set", "model.filters=6", "--set", "augment.speed=0", "--set", "training.average_decay=0.5", "--quiet",
]  # fmt: skip


@pytest.fixture(scope="module")
def plain(ears, tmp_path_factory):
    from tests.story.conftest import quietly

    folder = tmp_path_factory.mktemp("plain") / "m"
    quietly("train", ears / "table.csv", *QUICK, "--out", folder)
    return figures(folder)


def figures(folder):
    return json.loads((folder / "metrics.json").read_text())["model"]


@pytest.fixture
def trained(call, ears, tmp_path):
    def train(*more):
        outcome = call("train", ears / "table.csv", *QUICK, *more, "--out", tmp_path / "m")
        assert outcome.code == 0, outcome.err
        return tmp_path / "m"

    return train


def test_background_sounds_are_mixed_into_training(call, ears, plain, trained, tmp_path):
    import soundfile

    noise = tmp_path / "noise"
    noise.mkdir()
    soundfile.write(noise / "street.wav", 0.1 * np.random.default_rng(0).standard_normal(8000), 8000)
    found = figures(trained("--set", f"augment.noise={noise}"))
    assert found["log_loss"] != plain["log_loss"]
    outcome = call(
        "train", ears / "table.csv", *QUICK, "--set", f"augment.noise={ears / 'one'}", "--out", tmp_path / "n"
    )
    assert outcome.code == 2
    assert "expected recordings, found none. Name another folder." in outcome.err
    assert not (tmp_path / "n").exists()


def test_a_share_of_right_answers_is_given_up_for_none_of_these(plain, trained):
    folder = trained("--set", "task.none_share=0.5")
    page = (folder / "report.html").read_text().replace("&nbsp;", " ")
    assert re.search(r"Below a probability of 0\.\d\d the answer is", page)
    assert json.loads((folder / "encoders.json").read_text())["task"]["threshold"] > 0
    assert figures(folder)["accuracy"] <= plain["accuracy"]


def test_members_are_networks_of_their_own_whose_probabilities_are_averaged(plain, trained):
    from hiddenstate.bundle import open_bundle

    folder = trained("--set", "task.members=2")
    weights = open_bundle(folder).load_weights()
    first, second = weights["member0.head.weight"], weights["member1.head.weight"]
    assert not np.allclose(first, second)
    assert figures(folder)["log_loss"] != plain["log_loss"]


@pytest.mark.parametrize(("count", "read"), [(0, 23), (5, 5), (99, 23)])
def test_the_network_reads_as_many_cepstra_as_asked_for_or_the_bands(trained, count, read):
    facts = json.loads((trained("--set", f"task.cepstra={count}") / "program.json").read_text())["facts"]
    assert facts["preparation"]["cepstra"] == min(count, 23)
    assert len(facts["preparation"]["training"]["mean"]) == read
    assert facts["preparation"]["read"] == 23


@pytest.mark.parametrize("setting", ["augment.hiss=1.0", "augment.tilt_db=8", "augment.pause=30"])
def test_training_is_varied_as_the_settings_say(plain, trained, setting):
    assert figures(trained("--set", setting))["log_loss"] != plain["log_loss"]


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("task.members=0", "task.members: expected 1 or more, got 0"),
        ("task.cepstra=-1", "task.cepstra: expected 0 or more, got -1. Correct the value."),
        ("augment.hiss=1.5", "augment.hiss: expected a share from 0 to 1, got 1.5. Correct it."),
        ("augment.tilt_db=-1", "augment.tilt_db: expected 0 or more, got -1"),
        ("augment.pause=-1", "augment.pause: expected 0 or more, got -1"),
        ("task.none_share=1.0", "task.none_share: expected a share from 0 to below 1, got 1.0"),
    ],
)
def test_wrong_values_are_refused(call, ears, tmp_path, setting, text):
    outcome = call("train", ears / "table.csv", *QUICK, "--set", setting, "--out", tmp_path / "m")
    assert outcome.code == 2
    assert text in outcome.err


@pytest.mark.parametrize("name", ["both", "one"])
def test_the_pages_speak_of_recordings_not_of_texts(ears, name):
    page = (ears / name / "report.html").read_text()
    without = re.sub(r"<(style|script)[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    labels = " ".join(re.findall(r'(?:aria-label|data-say)="([^"]*)"', without))
    seen = html.unescape(re.sub(r"<[^>]*>", " ", without) + labels).replace("\xa0", " ")
    assert "recordings are answered right" in seen
    assert re.findall(r".{30}\btexts?\b.{30}", seen) == []
    card = (ears / name / "card.md").read_text()
    assert not re.search(r"\btexts?\b", card)
