"""Every mistake that users make ends in one clear line, exit code 2, and nothing half-written."""

import json
import shutil

import pytest

from tests.story.conftest import TINY, lines

GOOD = lines(24 * 40)


def refused(outcome, *parts):
    """One line on standard error with all `parts`, exit code 2, no traceback, nothing on standard output."""
    assert outcome.code == 2, outcome.out + outcome.err
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""
    for part in parts:
        assert part in outcome.err, outcome.err


def change(rows, number, old, new):
    return [*rows[:number], rows[number].replace(old, new), *rows[number + 1 :]]


def column(rows, place, value):
    return [rows[0]] + [
        ",".join([*row.split(",")[:place], value, *row.split(",")[place + 1 :]]) for row in rows[1:]
    ]


CASES = {
    "empty file": ([], ["expected a table, got an empty file"]),
    "header only": (GOOD[:1], ["header only"]),
    "wrong column": (["time,laod,warm", *GOOD[1:]], ['expected a column "load"', 'Did you mean "laod"']),
    "text in a number column": (
        change(GOOD, 40, GOOD[40].split(",")[1], "n/a"),
        ["demand.csv line 41", 'column "load"', 'expected a number, got "n/a"', "missing_values"],
    ),
    "all missing": (column(GOOD, 1, ""), ['column "load"', "only missing values"]),
    "constant": (column(GOOD, 1, "5"), ['column "load"', "same value everywhere"]),
    "unparsable time": (
        change(GOOD, 3, "2024", "soon"),
        ["line 4", 'column "time"', "expected a time stamp"],
    ),
    "mixed zones": (change(GOOD, 3, "02:00,", "02:00+01:00,"), ["line 4", "offset from UTC"]),
    "too short": (GOOD[:60], ["expected", "look-back"]),
    "infinity": (change(GOOD, 9, GOOD[9].split(",")[1], "inf"), ["line 10", "finite number"]),
    "duplicate columns": (["time,load,load", *GOOD[1:]], ['expected each column name once, got "load"']),
    "missing covariate": (
        ["time,load", *[",".join(row.split(",")[:2]) for row in GOOD[1:]]],
        ['expected a column "warm"'],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_is_refused_in_one_line(call, tmp_path, case):
    rows, parts = CASES[case]
    (tmp_path / "demand.csv").write_text("\n".join(rows) + ("\n" if rows else ""))
    refused(call("train", tmp_path / "demand.csv", *TINY, "--out", tmp_path / "m"), *parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demand.csv"]


def test_a_file_in_another_encoding(call, tmp_path):
    (tmp_path / "demand.csv").write_bytes("\n".join(GOOD).replace("warm", "wärm", 1).encode("latin-1"))
    refused(call("train", tmp_path / "demand.csv", *TINY, "--out", tmp_path / "m"), "UTF-8")


def test_missing_files_and_folders(call, tmp_path):
    refused(
        call("train", tmp_path / "absent.csv", *TINY, "--out", tmp_path / "m"), "expected a file, found none"
    )
    refused(call("train", tmp_path, *TINY, "--out", tmp_path / "m"), "expected a file, got a folder")


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--horizon", "0"], ["horizon: expected 1 or more, got 0"]),
        (["--model", "lsmt"], ['got "lsmt"', 'Did you mean "lstm"']),
        (["--family", "driect"], ['Did you mean "direct"']),
        (["--set", "training.epoch=3"], ["training.epoch: no such setting", 'Did you mean "epochs"']),
        (["--set", "nonsense"], ['--set: expected section.key=value, got "nonsense"']),
        (["--test", "1999-01-01"], ["expected", "test"]),
        (["--timezone", "Mars"], ["IANA name"]),
        (["--epochs", "0"], ["epochs", "1 or more"]),
        (["--learning-rate", "-1"], ["learning_rate"]),
        (["--origin", "99:00"], ["99:00"]),
        (["--settings", "absent.toml"], ["absent.toml", "readable TOML"]),
    ],
)
def test_a_bad_setting_is_refused_before_training(call, demand, tmp_path, arguments, parts):
    refused(call("train", demand, *TINY, *arguments, "--out", tmp_path / "m"), *parts)
    assert not (tmp_path / "m").exists()


def test_a_flag_that_is_needed_is_named(call, demand, tmp_path):
    refused(
        call("train", demand, "--time", "time", "--horizon", "3", "--out", tmp_path / "m"),
        "--target",
        "expected a value",
    )


def test_the_future_of_a_known_column_must_be_there(call, model, tmp_path):
    (tmp_path / "latest.csv").write_text("\n".join(lines(24 * 30, known_ahead=20)) + "\n")
    refused(
        call("predict", model, tmp_path / "latest.csv", "--out", tmp_path / "f.csv"),
        'column "warm"', "expected values for all 24 steps of the horizon", "2024-01-31T20:00",
    )  # fmt: skip
    assert not (tmp_path / "f.csv").exists()


def test_a_series_shorter_than_a_window(call, model, tmp_path):
    (tmp_path / "latest.csv").write_text("\n".join(GOOD[:30]) + "\n")
    refused(call("predict", model, tmp_path / "latest.csv"), "rows", "before the forecast")
    refused(call("evaluate", model, tmp_path / "latest.csv"), "look-back")


def test_a_hole_before_the_forecast(call, model, tmp_path):
    rows = lines(24 * 30, known_ahead=24)
    del rows[24 * 30 - 40 : 24 * 30 - 20]
    (tmp_path / "latest.csv").write_text("\n".join(rows) + "\n")
    refused(
        call("predict", model, tmp_path / "latest.csv"), 'column "load"', "before the forecast, got none at"
    )


def test_an_output_that_exists_or_has_no_known_ending(call, model, tmp_path):
    latest = tmp_path / "latest.csv"
    latest.write_text("\n".join(lines(24 * 30, known_ahead=24)) + "\n")
    refused(call("predict", model, latest, "--out", latest), "expected a new file", "--force")
    assert latest.read_text().startswith("time,load,warm")
    refused(call("predict", model, latest, "--out", tmp_path / "f.xlsx"), 'got ".xlsx"', ".csv")
    refused(call("predict", model, latest, "--out", tmp_path / "no/f.csv"), "expected to write the result")


@pytest.mark.parametrize("damage", ["truncate", "change", "remove"])
@pytest.mark.parametrize("name", ["weights.safetensors", "encoders.json", "settings.toml"])
def test_a_damaged_bundle_is_refused_by_the_files_name(call, model, demand, tmp_path, name, damage):
    broken = shutil.copytree(model, tmp_path / "m") / name
    if damage == "truncate":
        broken.write_bytes(broken.read_bytes()[:-10])
    elif damage == "change":
        broken.write_bytes(broken.read_bytes()[:-1] + b"\x07")
    else:
        broken.unlink()
    refused(call("evaluate", tmp_path / "m", demand), name)


def test_a_bundle_from_a_newer_version_is_refused(call, model, demand, tmp_path):
    newer = shutil.copytree(model, tmp_path / "m")
    manifest = json.loads((newer / "manifest.json").read_text())
    (key,) = [key for key in manifest if "format" in key]
    manifest[key] = 99
    (newer / "manifest.json").write_text(json.dumps(manifest))
    refused(call("evaluate", newer, demand), "99")


def test_folders_that_are_no_bundle(call, demand, tmp_path):
    refused(call("summary", tmp_path / "absent"), "found nothing")
    refused(call("summary", tmp_path), "expected the folder of a model")


def test_an_output_folder_that_is_a_file(call, demand, tmp_path):
    (tmp_path / "m").write_text("mine")
    refused(
        call("train", demand, *TINY, "--out", tmp_path / "m", "--force"),
        "expected a folder for the model, got a file",
    )
    assert (tmp_path / "m").read_text() == "mine"


def test_an_unknown_demo(call, tmp_path):
    refused(call("demo", "demnad", "--out", tmp_path / "m"), 'Did you mean "demand"')


def test_a_demo_takes_a_file_where_it_needs_one_and_nowhere_else(call, demand, tmp_path):
    refused(
        call("demo", "questions", "--out", tmp_path / "m"), "--data: expected the file of the demo questions"
    )
    refused(
        call("demo", "demand", "--data", demand, "--out", tmp_path / "m"),
        "--data: expected no file, since the demo demand has its own",
    )
    assert not (tmp_path / "m").exists()
