"""Line after line: what stream answers is what predict says of the rows so far."""

import io
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from hiddenstate.cli.main import run
from hiddenstate.workflows.classes.predict import label_texts
from hiddenstate.workflows.forecasts.predict import predict_forecast
from hiddenstate.workflows.stream import stream
from tests.story.conftest import quietly

DAYS, HORIZON = 150, 3
pytestmark = pytest.mark.xdist_group("classifiers")


def daily(days: int) -> list[str]:
    """Rows of day, sold, open, shop: weekly rhythm and a flag that is known beforehand."""
    random = np.random.default_rng(1)
    number = np.arange(days)
    flag = (random.random(days) < 0.8).astype(int)
    sold = 50 + 10 * np.sin(number * 2 * np.pi / 7) + 20 * flag + random.normal(0, 1, days)
    day = np.datetime64("2024-01-01") + number
    return [f"{d},{s:.2f},{f}" for d, s, f in zip(day, sold, flag, strict=True)]


@pytest.fixture(scope="module")
def forecasters(tmp_path_factory):
    folder = tmp_path_factory.mktemp("daily")
    path = folder / "daily.csv"
    path.write_text("\n".join(["day,sold,open", *daily(DAYS)]) + "\n")
    arguments = (
        "--time", "day", "--target", "sold", "--horizon", HORIZON, "--hidden-size", "4", "--epochs", "1", "--quiet",
    )  # fmt: skip
    quietly("train", path, *arguments, "--out", folder / "plain")
    quietly("train", path, *arguments, "--known", "open", "--out", folder / "known")
    return folder


@pytest.fixture
def classifier(classifiers):
    return classifiers / "both"


@pytest.fixture
def feed(monkeypatch, capsys):
    """Run ``hiddenstate stream`` on these bytes: exit code, output, what it complained of."""

    def invoke(text: bytes, *arguments: object):
        monkeypatch.setattr("sys.argv", ["hiddenstate", "stream", *map(str, arguments)])
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text)))
        capsys.readouterr()
        try:
            run()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return invoke


def answered(folder, lines, **more):
    said: list[str] = []
    text = "".join(stream(folder, [line.encode() + b"\n" for line in lines], warn=said.append, **more))
    return pl.read_csv(io.StringIO(text)), said


def expected(folder, tmp_path, lines):
    path = tmp_path / "so_far.csv"
    path.write_text("\n".join(lines) + "\n")
    return predict_forecast(folder, path)


def test_after_each_row_it_is_predict_on_the_rows_so_far(forecasters, tmp_path):
    folder = forecasters / "plain"
    rows = daily(DAYS)
    del rows[40:43], rows[90]  # a gap in the file
    rows[60] = rows[60].split(",")[0] + ",,1"  # and a target that never came
    table, said = answered(folder, ["day,sold,open", *rows], quantiles=True)
    assert len(table) == len(rows) - 1  # the row without a target is not answered
    assert "no answer yet: the rows so far: expected at least" in said[0]
    assert len(said) == 1
    empty = table["sold+1"].null_count()
    assert 10 < empty < 100
    places = [place for place in range(len(rows)) if place != 60]
    for answer in (empty, empty + 1, 91, 92, len(table) - 1):
        so_far = expected(folder, tmp_path, ["day,sold,open", *rows[: places[answer] + 1]])
        row = table.row(answer, named=True)
        assert row["day"] == rows[places[answer]].split(",")[0]
        for lead in range(HORIZON):
            np.testing.assert_allclose(row[f"sold+{lead + 1}"], so_far["sold"][lead], rtol=1e-5)
            np.testing.assert_allclose(row[f"sold+{lead + 1}_q0.9"], so_far["sold_q0.9"][lead], rtol=1e-5)


def test_memory_does_not_grow_and_what_has_passed_by_has_no_effect(forecasters):
    from hiddenstate.data.live_rows import LiveRows
    from hiddenstate.data.roles import SeriesSettings

    live = LiveRows(SeriesSettings(time="day", targets=("sold",)), 10, 3, (), "standard input")
    for number, row in enumerate(daily(400), start=2):
        day, sold, _ = row.split(",")
        assert live.add({"day": day, "sold": sold}, number) == ""
    assert len(live.frame("")) == live.rows == 10 + 6 + 64


def test_rows_without_a_target_are_knowledge_of_the_future(forecasters, tmp_path):
    folder = forecasters / "known"
    rows = daily(DAYS)
    ahead = [f"{row.split(',')[0]},,{row.split(',')[2]}" for row in rows]
    lines = ["day,sold,open", *ahead[:HORIZON]]
    for place in range(DAYS - HORIZON):
        lines += [ahead[place + HORIZON], rows[place]]
    table, said = answered(folder, lines)
    assert len(table) == DAYS - HORIZON
    assert len(said) == 1
    last = DAYS - HORIZON
    so_far = expected(folder, tmp_path, ["day,sold,open", *rows[:last], *ahead[last:]])
    found = [table[f"sold+{lead + 1}"][-1] for lead in range(HORIZON)]
    np.testing.assert_allclose(found, so_far["sold"].to_numpy(), rtol=1e-5)
    # without them there is no answer, and the reason names what is missing
    table, said = answered(folder, ["day,sold,open", *rows])
    assert table["sold+1"].null_count() == DAYS
    assert "expected" in said[0]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2024-01-03,x,1", 'line 4, column "sold": expected a number, got "x"'),
        ("2024-01-03,inf,1", 'line 4, column "sold": expected a finite number'),
        ("soon,5,1", 'line 4, column "day": expected a time stamp such as'),
        ("2024-01-02,5,1", 'line 4, column "day": expected a time after "2024-01-02"'),
        (",5,1", 'line 4, column "day": expected a time stamp, got nothing'),
        ("2024-01-03,5", "line 4: expected 3 values as the header has, got 2"),
        ('2024-01-03,"5"x,1', "line 4: expected a row of CSV"),
    ],
)
def test_a_broken_row_says_where(forecasters, feed, row, message):
    text = "\n".join(["day,sold,open", "2024-01-01,5,1", "2024-01-02,5,1", row, "2024-01-04,6,1"]) + "\n"
    code, out, err = feed(text.encode(), forecasters / "plain")
    assert code == 2
    assert message in err.splitlines()[-1]
    assert len(out.splitlines()) == 3
    code, out, err = feed(text.encode(), forecasters / "plain", "--on-error", "skip")
    assert code == 0
    assert message in err
    assert "Skipped." in err
    assert out.splitlines()[-1].startswith("2024-01-04,")


def test_a_header_must_have_the_columns(forecasters, feed):
    code, _, err = feed(b"day,sales\n2024-01-01,5\n", forecasters / "plain", "--on-error", "skip")
    assert code == 2
    assert 'expected a column "sold", found none' in err
    code, _, err = feed(b"", forecasters / "plain")
    assert code == 2
    assert "expected a header with the column names, got nothing" in err


def test_texts_get_the_line_of_predict(classifier, feed):
    texts = ["the rain today", "", 'a "goal", yes']
    code, out, err = feed("\n".join(texts).encode(), classifier)
    assert (code, err) == (0, "")
    table, whole = pl.read_csv(io.StringIO(out)), label_texts(classifier, texts).table
    assert table.columns == whole.columns
    assert table["text"].fill_null("").to_list() == texts
    assert table["label"].to_list() == whole["label"].to_list()
    np.testing.assert_allclose(table["p_food"].to_numpy(), whole["p_food"].to_numpy(), atol=1e-6)


def test_a_text_that_is_none_stops_or_is_skipped(classifier, feed):
    text = b"rain\n\xff sun\nwind\n"
    code, out, err = feed(text, classifier)
    assert code == 2
    assert "standard input line 2, byte 1: expected UTF-8, got the byte 0xff" in err
    assert len(out.splitlines()) == 2
    code, out, err = feed(text, classifier, "--on-error", "skip")
    assert code == 0
    assert "Skipped." in err
    assert len(out.splitlines()) == 3


def test_an_unknown_policy_is_refused(classifier, feed):
    code, _, err = feed(b"", classifier, "--on-error", "stopp")
    assert code == 2
    assert 'Did you mean "stop"' in err


def test_each_answer_is_out_before_the_next_line_and_torch_stays_away(classifier):
    code = (
        "import sys; from hiddenstate.cli.main import app; app(standalone_mode=False)\n"
        "assert 'torch' not in sys.modules"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "stream", str(classifier)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline().startswith(b"text,label")
    for text in (b"rain", b"goal"):
        process.stdin.write(text + b"\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(text + b",")
    _, complaints = process.communicate()
    assert process.returncode == 0, complaints


def test_ctrl_c_ends_quietly(classifier, monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.argv", ["hiddenstate", "stream", str(classifier)])
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=SimpleNamespace(readline=interrupted)))
    try:
        run()
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 0
    assert capsys.readouterr().err == ""


def test_a_closed_pipe_ends_quietly(classifier):
    process = subprocess.Popen(
        [sys.executable, "-m", "hiddenstate", "stream", str(classifier)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdin
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b"rain\nsun\n" * 10)
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()
