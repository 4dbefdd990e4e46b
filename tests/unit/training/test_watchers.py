"""What a user sees while training."""

import io
import os
import re

import pytest

from hiddenstate.records import Epoch, History
from hiddenstate.training import RichWatcher, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def epoch(number, validation):
    return Epoch(number, 0.5, validation, 0.001, 2.0, 1.0)


def drive(watcher, monkeypatch, done=0):
    """Two epochs of two steps, five seconds each."""
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    watcher.on_start(3, 2, done)
    epochs = []
    for number, validation in ((done + 1, 0.25), (done + 2, 0.75)):
        for step in (1, 2):
            now += 5
            watcher.on_step(number, step, 0.5)
        epochs.append(epoch(number, validation))
        watcher.on_epoch(epochs[-1], validation == 0.25)
    watcher.on_end(History(tuple(epochs), done + 1, "all 3 epochs done"))


def test_one_plain_line_per_epoch_away_from_a_terminal(monkeypatch):
    stream = io.StringIO()
    drive(RichWatcher(stream), monkeypatch)
    assert stream.getvalue().splitlines() == [
        "epoch 1/3  loss 0.5  validation 0.25 (best)  2.0 s  ETA 0:20",
        "epoch 2/3  loss 0.5  validation 0.75  2.0 s  ETA 0:10",
        "all 3 epochs done; best epoch 1, validation 0.25",
    ]


def test_a_resumed_run_says_so_and_measures_its_own_pace(monkeypatch):
    stream = io.StringIO()
    drive(RichWatcher(stream), monkeypatch, done=1)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "resumed after epoch 1"
    assert lines[1].startswith("epoch 2/3")
    assert lines[1].endswith("ETA 0:10")


@pytest.fixture
def wide_terminal(monkeypatch):
    monkeypatch.setitem(os.environ, "COLUMNS", "120")
    monkeypatch.setitem(os.environ, "TERM", "xterm")


@pytest.mark.usefixtures("wide_terminal")
def test_a_bar_on_a_terminal(monkeypatch):
    stream = Terminal()
    drive(RichWatcher(stream), monkeypatch)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert re.search(r"epoch 1/3 ━+.* loss 0\.5 +ETA 0:25", text)
    assert re.search(r"epoch 2/3 ━+.* loss 0\.5 +validation 0\.25 \(best\) +ETA 0:15", text)
    assert "all 3 epochs done; best epoch 1" in text


@pytest.mark.usefixtures("wide_terminal")
def test_the_bar_is_drawn_a_few_times_per_second_only(monkeypatch):
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    watcher = RichWatcher(Terminal())
    watcher.on_start(1, 1000, 0)
    drawn = []
    monkeypatch.setattr(watcher, "_draw", lambda *texts: (drawn.append(now), setattr(watcher, "_drawn", now)))
    for step in range(1000):
        now += 0.001
        watcher.on_step(1, step + 1, 0.5)
    assert 4 <= len(drawn) <= 6
    watcher.on_end(History())
