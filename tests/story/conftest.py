"""A small demand-like file, a model trained on it through the command line, and a way to call commands."""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from hiddenstate.cli.main import run
from tests.story import text_files

HOURS = 24 * 70
TINY = [
    "--time", "time", "--target", "load", "--known", "warm", "--horizon", "24", "--origin", "00:00",
    "--hidden-size", "8", "--epochs", "2", "--batch-size", "8", "--seed", "3", "--quiet",
]  # fmt: skip


@dataclass
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def call(monkeypatch, capsys):
    """Run a command in this process; returns exit code and what it printed."""

    def invoke(*arguments: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["hiddenstate", *map(str, arguments)])
        capsys.readouterr()
        try:
            run()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return invoke


def lines(hours: int = HOURS, known_ahead: int = 0) -> list[str]:
    """A daily and weekly rhythm, a covariate that matters, noise; `known_ahead` rows without a load."""
    random = np.random.default_rng(0)
    hour = np.arange(hours + known_ahead)
    warm = np.sin(hour / 200) + random.normal(0, 0.1, len(hour))
    load = 100 + 20 * np.sin(hour * 2 * np.pi / 24) + 8 * (hour // 24 % 7 < 5) + 5 * warm
    load += random.normal(0, 1, len(hour))
    times = np.datetime64("2024-01-01T00:00") + hour * np.timedelta64(1, "h")
    rows = [
        f"{str(time).replace('T', ' ')},{'' if number >= hours else f'{value:.3f}'},{cover:.3f}"
        for number, (time, value, cover) in enumerate(zip(times, load, warm, strict=True))
    ]
    return ["time,load,warm", *rows]


@pytest.fixture(scope="session")
def demand(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "demand.csv"
    path.write_text("\n".join(lines()) + "\n")
    return path


@pytest.fixture(scope="session")
def model(demand, tmp_path_factory) -> Path:
    """A bundle trained through the command line, once for all tests."""
    folder = tmp_path_factory.mktemp("models") / "model"
    quietly("train", demand, *TINY, "--out", folder)
    return folder


@pytest.fixture(scope="session")
def classifiers(tmp_path_factory) -> Path:
    """A folder of small classifiers: one-directional ones by pool (two layers, letters too), one of both directions."""
    folder = tmp_path_factory.mktemp("classifiers")
    texts = text_files.write(folder / "texts.csv", text_files.rows(60))
    for pool in ("last", "mean", "max"):
        more = ("--set", f"model.pool={pool}", "--set", "model.character_size=4", "--layers", "2")
        one_way = ("--set", "model.bidirectional=false", "--members", "2" if pool == "last" else "1")
        quietly("train", texts, *text_files.TINY, *one_way, *more, "--epochs", "1", "--out", folder / pool)
    quietly("train", texts, *text_files.TINY, "--epochs", "1", "--out", folder / "both")
    pairs = (
        "--set",
        "model.word_pairs=true",
        "--set",
        "model.pool=last",
        "--set",
        "model.bidirectional=false",
    )
    quietly("train", texts, *text_files.TINY, *pairs, "--epochs", "1", "--out", folder / "pairs")
    return folder


@pytest.fixture(scope="session")
def ears(tmp_path_factory) -> Path:
    """Whistles, and small models that hear them: "both" directions with two members, "one" that can be always on."""
    for package in ("soundfile", "soxr", "kaldi_native_fbank"):
        pytest.importorskip(package, reason="the extra 'audio' is not installed")
    from tests.story.test_hear import write_whistles

    folder = write_whistles(tmp_path_factory.mktemp("ears"), each=3)
    train = ("train", folder / "table.csv", "--task", "hear", "--group", "speaker", "--batch-size", "8",
             "--hidden-size", "10", "--learning-rate", "0.02", "--set", "model.filters=12", "--set", "augment.speed=0",
             "--set", "training.average_decay=0.8", "--seed", "1", "--quiet")  # fmt: skip
    quietly(
        *train, "--epochs", "2", "--members", "2", "--set", "task.none_share=0.3", "--out", folder / "both"
    )
    quietly(*train, "--epochs", "25", "--one-directional", "--out", folder / "one")
    return folder


def quietly(*arguments: object) -> None:
    """Run a command in this process without its output; for fixtures that live longer than a test."""
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.suppress(SystemExit),
    ):
        patch.setattr("sys.argv", ["hiddenstate", *map(str, arguments)])
        run()
