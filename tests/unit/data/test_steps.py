"""The step of a series: as users write it, and as the stamps show it."""

import numpy as np
import pytest

from hiddenstate.data import steps
from hiddenstate.data.steps import Step, infer_step, parse_step
from hiddenstate.errors import InputError, SettingsError


def seconds(*texts):
    return np.array(texts, dtype="datetime64[s]").astype(np.int64)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30min", Step(seconds=1800)),
        ("1h", Step(seconds=3600)),
        (" 15 MIN ", Step(seconds=900)),
        ("d", Step(seconds=86_400)),
        ("2w", Step(seconds=14 * 86_400)),
        ("1mo", Step(months=1)),
        ("q", Step(months=3)),
        ("1y", Step(months=12)),
    ],
)
def test_a_step_is_read(text, expected):
    assert parse_step(text) == expected


@pytest.mark.parametrize("text", ["", "0h", "1.5h", "h1", "1 fortnight", "-1h"])
def test_what_is_no_step_is_refused(text):
    with pytest.raises(SettingsError, match="expected a length such as 30min, 1h, 1d, 1w or 1mo"):
        parse_step(text)


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        (
            ["2014-01-01T00:00", "2014-01-01T00:30", "2014-01-01T01:00", "2014-01-01T09:00"],
            Step(seconds=1800),
        ),
        (
            [
                "2014-01-01T00:00",
                "2014-01-01T00:30",
                "2014-01-01T01:00",
                "2014-01-01T01:10",
                "2014-01-01T01:30",
            ],
            Step(seconds=1800),
        ),
        (["2014-01-31", "2014-02-28", "2014-03-31", "2014-04-30"], Step(months=1)),
        (["2014-01-01", "2014-04-01", "2014-07-01", "2014-10-01"], Step(months=3)),
        (["2012-01-01", "2013-01-01", "2014-01-01"], Step(months=12)),
        (["2014-01-06", "2014-01-13", "2014-01-27"], Step(seconds=7 * 86_400)),
    ],
)
def test_the_step_is_the_most_common_distance(stamps, expected):
    assert infer_step([seconds(*stamps)], "a.csv") == expected


def test_the_step_is_found_over_blocks_and_series(monkeypatch):
    monkeypatch.setattr(steps, "BLOCK_ROWS", 3)
    assert infer_step([np.array([0]), np.array([0, 60, 120, 180, 180, 240])], "a.csv") == Step(seconds=60)
    assert Step(seconds=60).regular(np.arange(0, 600, 60))
    late = np.arange(0, 600, 60)
    late[3:] += 60  # exactly between two blocks
    assert not Step(seconds=60).regular(late)


def test_one_time_has_no_step():
    with pytest.raises(InputError, match=r"a\.csv: expected rows at two times or more, got one"):
        infer_step([np.array([5, 5]), np.array([7])], "a.csv")
