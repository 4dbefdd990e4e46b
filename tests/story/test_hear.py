"""From recordings on the disk to labels of new ones, as a user does it on the command line."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from hiddenstate.cli.main import app
from hiddenstate.errors import InputError, SettingsError

soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
pytest.importorskip("kaldi_native_fbank", reason="the extra 'audio' is not installed")
pytest.importorskip("soxr", reason="the extra 'audio' is not installed")

RATE = 8000
FAST = ["--epochs", "14", "--batch-size", "8", "--hidden-size", "8", "--set", "model.filters=16", "--quiet"]
FAST += [
    "--set",
    "task.cepstra=0",
    "--set",
    "augment.hiss=0",
    "--set",
    "augment.pause=0",
]  # a few epochs must do
run = CliRunner()


def whistle(label, pitch, random, rate=RATE):
    """A rising, a falling or a level whistle: the same frequencies in another order."""
    time = np.arange(int(0.3 * rate)) / rate
    slope = {"up": 1, "down": -1, "level": 0}[label]
    phase = 2 * np.pi * np.cumsum(pitch + slope * 1500 * (time - 0.15)) / rate
    return (0.3 * np.sin(phase) + 0.01 * random.standard_normal(len(time))).astype(np.float32)


def write_whistles(folder, speakers=("ann", "bob", "cid", "dee"), each=5):
    random = np.random.default_rng(0)
    lines = ["file,label,speaker"]
    for number, speaker in enumerate(speakers):
        for label in ("up", "down", "level"):
            (folder / label).mkdir(parents=True, exist_ok=True)
            for copy in range(each):
                name = f"{label}/{speaker}{copy}.wav"
                soundfile.write(folder / name, whistle(label, 1500 + 100 * number + 20 * copy, random), RATE)
                lines.append(f"{name},{label},{speaker}")
    (folder / "table.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def whistles(tmp_path_factory):
    return write_whistles(tmp_path_factory.mktemp("whistles"))


@pytest.fixture(scope="module")
def trained(whistles):
    out = whistles / "model"
    command = [
        "train",
        str(whistles / "table.csv"),
        "--task",
        "hear",
        "--group",
        "speaker",
        "--out",
        str(out),
        *FAST,
    ]
    result = run.invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out


def test_training_by_speaker_learns_order_in_time(trained):
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["rows"] == 15
    assert metrics["model"]["unweighted_average_recall"] > 0.6
    assert any("SVM" in name for name in metrics["baselines"])


def test_the_report_plays_and_draws(trained):
    page = (trained / "report.html").read_text()
    assert "each speaker in one part alone" in page
    assert "Confusion by speaker" in page
    assert "most attention at" in page
    card = (trained / "card.md").read_text()
    assert "unweighted_average_recall" in card


def test_predict_one_file_and_a_folder(trained, whistles):
    one = run.invoke(app, ["predict", str(trained), str(whistles / "up" / "ann0.wav"), "--json"])
    answer = json.loads(one.output)
    assert answer["label"] in ("up", "down", "level")
    assert answer["file"].endswith("ann0.wav")
    many = run.invoke(app, ["predict", str(trained), str(whistles / "down"), "--json"])
    answers = [json.loads(line) for line in many.output.splitlines()]
    assert len(answers) == 20
    assert sum(each["label"] == "down" for each in answers) > 10


def test_silence_is_none_of_these(trained, tmp_path):
    soundfile.write(tmp_path / "quiet.wav", np.zeros(4000, np.float32), RATE)
    result = run.invoke(app, ["predict", str(trained), str(tmp_path / "quiet.wav"), "--json"])
    assert json.loads(result.output)["label"] == "none of these"


def test_another_rate_and_stereo_hear_the_same(trained, tmp_path):
    random = np.random.default_rng(1)
    sound = whistle("up", 1600, random, rate=48000)
    soundfile.write(tmp_path / "fast.wav", np.stack([sound, sound], axis=1), 48000)
    result = run.invoke(app, ["predict", str(trained), str(tmp_path / "fast.wav"), "--json"])
    assert json.loads(result.output)["label"] == "up"


def test_evaluate_and_summary(trained, whistles):
    result = run.invoke(app, ["evaluate", str(trained), str(whistles / "table.csv"), "--json"])
    assert json.loads(result.output)["rows"] == 60
    assert "Bidirectional GRU" in run.invoke(app, ["summary", str(trained)]).output


def test_folders_are_labels_and_a_random_split_warns(whistles, tmp_path):
    command = ["train", str(whistles / "table.csv"), "--task", "hear", "--group", "speaker", "--out",
               str(tmp_path / "m"), "--set", "split.random=true", *FAST, "--epochs", "1"]  # fmt: skip
    output = run.invoke(app, command, catch_exceptions=False).output
    assert "WARNING: in a random split the same speaker stands in several parts. The SVM gets" in " ".join(
        output.split()
    )
    folder = tmp_path / "folder"
    write_whistles(folder, each=2)
    command = ["train", str(folder), "--task", "hear", "--out", str(tmp_path / "n"), *FAST, "--epochs", "1"]
    assert run.invoke(app, command, catch_exceptions=False).exit_code == 0
    assert json.loads((tmp_path / "n" / "metrics.json").read_text())["notes"] == []


def fails(*command):
    with pytest.raises((InputError, SettingsError)) as caught:
        run.invoke(app, [*map(str, command), *FAST], catch_exceptions=False)
    return str(caught.value)


def test_bad_input_is_refused_before_anything_is_written(whistles, trained, tmp_path):
    out = tmp_path / "m"
    table = tmp_path / "t.csv"
    table.write_text("file,label\na.wav,x\nb.wav,y\n")
    said = fails("train", table, "--task", "hear", "--out", out)
    assert "expected 2 files, found 2 of them missing" in said
    assert "a.wav" in said and "b.wav" in said  # noqa: PT018
    said = fails("train", whistles, "--task", "hear", "--group", "speaker", "--out", out)
    assert 'expected a table with a column "speaker", got a folder' in said
    assert "found none. Sort the files into folders" in fails(
        "train", whistles / "up", "--task", "hear", "--out", out
    )
    soundfile.write(tmp_path / "one.wav", np.zeros(1, np.float32), RATE)
    for number in range(20):
        (tmp_path / f"{number}.wav").write_bytes((tmp_path / "one.wav").read_bytes())
    table.write_text("file,label\n" + "".join(f"{number}.wav,{number % 2}\n" for number in range(20)))
    said = fails("train", table, "--task", "hear", "--out", out)
    assert "expected at least 25 ms of sound, got 1 sample(s)" in said
    table.write_text(
        f"file,label,speaker\n{whistles}/up/ann0.wav,up,ann\n{whistles}/down/bob0.wav,down,bob\n"
    )
    said = fails("train", table, "--task", "hear", "--group", "speaker", "--out", out)
    assert "expected at least 3 groups, one for each part, got 2" in said
    with pytest.raises(InputError, match=r"expected a recording for .*, got a text"):
        run.invoke(app, ["predict", str(trained), "--text", "hello"], catch_exceptions=False)
    assert not out.exists()
