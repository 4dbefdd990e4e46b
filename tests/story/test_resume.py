"""A training run that is killed goes on where it was, and ends with the same weights."""

import signal
import subprocess
import sys

from tests.story.conftest import TINY

LONGER = [argument for argument in TINY if argument != "--quiet"]
LONGER[LONGER.index("--epochs") + 1] = "6"


def train(call_or_popen, demand, folder, *more):
    return call_or_popen("train", demand, *LONGER, "--out", folder, *more)


def test_killed_and_resumed_equals_uninterrupted(call, demand, tmp_path):
    assert train(call, demand, tmp_path / "whole").code == 0

    command = [
        sys.executable,
        "-m",
        "hiddenstate",
        "train",
        str(demand),
        *LONGER,
        "--out",
        str(tmp_path / "cut"),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        for line in process.stderr:
            if line.startswith("epoch 3/"):  # its checkpoint was written just before the line
                process.send_signal(signal.SIGKILL)
                break
    assert not (tmp_path / "cut").exists()
    assert (tmp_path / "cut.training").is_dir()

    outcome = train(call, demand, tmp_path / "cut", "--resume")
    assert outcome.code == 0, outcome.err
    assert "resumed after epoch" in outcome.err
    cut, whole = ((tmp_path / name / "weights.safetensors").read_bytes() for name in ("cut", "whole"))
    assert cut == whole
    assert not (tmp_path / "cut.training").exists()


def test_resuming_with_other_settings_is_refused(call, demand, tmp_path):
    command = [
        sys.executable,
        "-m",
        "hiddenstate",
        "train",
        str(demand),
        *LONGER,
        "--out",
        str(tmp_path / "m"),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        for line in process.stderr:
            if line.startswith("epoch 2/"):
                process.send_signal(signal.SIGKILL)
                break
    outcome = train(call, demand, tmp_path / "m", "--resume", "--hidden-size", "9")
    assert outcome.code == 2
    assert "Resume with the same settings" in outcome.err
    assert not (tmp_path / "m").exists()
