"""Every setting of a run changes something that a user can see: a dead option would be a lie."""

import inspect
import json
import typing

import pytest

from hiddenstate.cli.flags import FLAGS
from hiddenstate.cli.train import train
from hiddenstate.workflows.classes.run_settings import ClassRun
from hiddenstate.workflows.forecasts.run_settings import ForecastRun
from hiddenstate.workflows.hearing.run_settings import HearingRun
from hiddenstate.workflows.intents.run_settings import IntentRun
from hiddenstate.workflows.tags.run_settings import TagRun
from hiddenstate.workflows.transcripts.run_settings import TranscriptRun
from hiddenstate.workflows.translations.run_settings import TranslateRun
from hiddenstate.workflows.writers.run_settings import WriterRun
from tests.story.conftest import TINY, lines

CHANGES = [
    ("data.calendar", "['time_of_day']"),
    ("data.unit", "kW"),
    ("data.timezone", "Asia/Kolkata"),
    ("data.past", "['warm']"),
    ("data.known", "[]"),
    ("data.longest_gap", "0"),
    ("split.validation", "0.25"),
    ("split.test", "0.25"),
    ("split.refit", "false"),
    ("task.horizon", "12"),
    ("task.lookback", "48"),
    ("task.levels", "[0.1, 0.5, 0.9]"),
    ("task.loss", "absolute"),
    ("task.scale", "log"),
    ("task.train_stride", "2"),
    ("task.members", "2"),
]


@pytest.fixture(scope="module")
def gappy(tmp_path_factory):
    rows = lines(24 * 45)
    del rows[200:203]  # three hours are missing
    path = tmp_path_factory.mktemp("data") / "gappy.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def plain(gappy, tmp_path_factory):
    return {}


def seen(folder):
    """What a user sees of a model: its figures and its page."""
    return json.loads((folder / "metrics.json").read_text())["model"], (folder / "report.html").read_text()


@pytest.mark.parametrize(("place", "value"), CHANGES, ids=[place for place, _ in CHANGES])
def test_a_setting_changes_what_is_seen(call, gappy, plain, tmp_path, place, value):
    if not plain:
        outcome = call("train", gappy, *TINY, "--out", tmp_path / "plain")
        assert outcome.code == 0, outcome.err
        plain["seen"] = seen(tmp_path / "plain")
    arguments = list(TINY)
    if place == "data.past":  # a column has one part
        del arguments[arguments.index("--known") : arguments.index("--known") + 2]
    outcome = call("train", gappy, *arguments, "--set", f"{place}={value}", "--out", tmp_path / "m")
    assert outcome.code == 0, outcome.err
    metrics, page = seen(tmp_path / "m")
    if place == "data.unit":
        assert "kW" in page
        assert "kW" not in plain["seen"][1]
    else:
        assert metrics != plain["seen"][0]


RUNS = {
    "forecast": ForecastRun,
    "classify": ClassRun,
    "tag": TagRun,
    "intent": IntentRun,
    "generate": WriterRun,
    "transcribe": TranscriptRun,
    "translate": TranslateRun,
    "hear": HearingRun,
}


@pytest.mark.parametrize(
    ("task", "flag", "family"),
    [(task, flag, family) for task in FLAGS for flag in FLAGS[task] for family in ("direct", "segments")],
)
def test_every_flag_has_its_setting_and_its_parameter(task, flag, family):
    settings = RUNS[task]
    for key in FLAGS[task][flag].format(family=family).split("."):
        settings = typing.get_type_hints(settings)[key]
    assert flag in inspect.signature(train).parameters
