"""The policy for imperfect data: what it repairs, what it counts, and what it refuses."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hiddenstate.data import rows
from hiddenstate.data.assemble import load_panel
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.data.samples import attribution, elecdemand
from hiddenstate.errors import InputError, SettingsError

ROLES = SeriesSettings(time="time", targets=("y",))


def hours(*values, start="2014-01-01"):
    times = (np.datetime64(start, "h") + np.arange(len(values))).astype(str)
    return pl.DataFrame({"time": [text.replace("T", " ") + ":00" for text in times], "y": values})


def y(panel):
    return panel.series[0].targets[:, 0].tolist()


def test_unsorted_rows_are_sorted_and_counted():
    table = hours(0.0, 1.0, 2.0, 3.0)
    panel = load_panel(table[[0, 2, 1, 3]], ROLES)
    assert y(panel) == [0, 1, 2, 3]
    assert panel.repairs.unsorted == 1
    assert "1 row out of order: sorted." in panel.repairs.lines()


def test_rows_with_one_stamp_are_averaged_and_counted():
    table = hours(0.0, 1.0, 2.0)
    panel = load_panel(pl.concat([table, table[1:2].with_columns(y=pl.lit(5.0))]), ROLES)
    assert y(panel) == [0, 3, 2]
    assert panel.repairs.duplicates == 1


def test_short_gaps_are_filled_and_are_no_truth_and_long_ones_stay():
    values = [0.0, None, None, 3.0, None, None, None, 7.0]
    panel = load_panel(hours(*values), SeriesSettings(time="time", targets=("y",), longest_gap=2))
    np.testing.assert_array_equal(y(panel), [0, 1, 2, 3, np.nan, np.nan, np.nan, 7])
    assert panel.series[0].filled.tolist() == [False, True, True, False, False, False, False, False]
    assert panel.repairs.filled == {"y": 2}
    assert panel.repairs.left_missing == {"y": 3}


def test_missing_rows_are_gaps():
    panel = load_panel(hours(0.0, 1.0, 2.0, 3.0, 4.0, 5.0)[[0, 1, 2, 4, 5]], ROLES)
    assert y(panel) == [0, 1, 2, 3, 4, 5]
    assert panel.repairs.gap_steps == 1
    assert panel.series[0].filled.tolist() == [False, False, False, True, False, False]


def test_a_stamp_off_the_axis_moves_to_the_nearest_step():
    table = hours(*map(float, range(30))).with_columns(
        time=pl.when(pl.col("y") == 5).then(pl.lit("2014-01-01 05:10")).otherwise(pl.col("time"))
    )
    panel = load_panel(table, ROLES)
    assert y(panel) == list(map(float, range(30)))
    assert panel.repairs.moved == 1


def test_an_irregular_series_is_refused():
    table = hours(*map(float, range(10))).with_columns(
        time=pl.when(pl.col("y") % 2 == 1)
        .then(pl.col("time").str.replace(":00$", ":20"))
        .otherwise(pl.col("time"))
    )
    with pytest.raises(
        InputError, match=r'column "time": expected stamps every .* got .* in between\. Name the step'
    ):
        load_panel(table, SeriesSettings(time="time", targets=("y",), step="1h"))


def test_one_wrong_year_is_refused_and_does_not_fill_the_memory():
    table = hours(*map(float, range(30))).with_columns(
        time=pl.when(pl.col("y") == 5).then(pl.lit("2114-01-01 05:00")).otherwise(pl.col("time"))
    )
    with pytest.raises(InputError, match=r"got 30 rows over 876,\d{3} steps\. Look for a wrong date"):
        load_panel(table, ROLES)


def test_rows_without_a_target_at_the_end_are_the_future():
    table = hours(0.0, 1.0, None, None).with_columns(k=pl.Series([1.0, 2.0, 3.0, 4.0]))
    panel = load_panel(table, SeriesSettings(time="time", targets=("y",), known=("k",)))
    assert panel.series[0].observed == 2
    assert panel.series[0].known[:, 0].tolist() == [1, 2, 3, 4]


def test_series_are_told_apart_by_their_column():
    table = pl.concat(
        [hours(0.0, 1.0).with_columns(s=pl.lit("b")), hours(5.0, 6.0, 7.0).with_columns(s=pl.lit("a"))]
    )
    panel = load_panel(table, SeriesSettings(time="time", targets=("y",), series="s"))
    assert [(series.name, series.targets[:, 0].tolist()) for series in panel.series] == [
        ("b", [0, 1]),
        ("a", [5, 6, 7]),
    ]
    assert panel.repairs.unsorted == 0
    assert panel.repairs.duplicates == 0


def test_a_row_without_a_series_is_refused():
    table = hours(0.0, 1.0).with_columns(s=pl.Series(["a", " "]))
    with pytest.raises(InputError, match='row 2, column "s": expected a name, got nothing'):
        load_panel(table, SeriesSettings(time="time", targets=("y",), series="s"))


def test_wall_clock_stamps_keep_the_repeated_and_the_skipped_hour():
    zone = "Australia/Melbourne"
    utc = pl.datetime_range(
        pl.datetime(2014, 3, 31, 13), pl.datetime(2014, 10, 31, 13), "30m", eager=True, closed="left"
    )
    local = utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M")
    table = pl.DataFrame({"time": local, "y": np.arange(len(local), dtype=float)})
    panel = load_panel(table, SeriesSettings(time="time", targets=("y",), timezone=zone))
    assert y(panel) == list(map(float, range(len(local))))  # nothing merged, no gap
    assert panel.clock.start == np.datetime64("2014-03-31T13:00:00")
    assert (
        "2 of 214 days have 46 or 50 steps instead of 48, by the clock of Australia/Melbourne."
        in panel.repairs.lines()
    )


def test_a_time_that_no_clock_showed_is_refused_with_what_to_do():
    stamps = pl.Series(["2014-10-05 01:30", "2014-10-05 02:30", "2014-10-05 03:30"])
    table = pl.DataFrame({"time": stamps, "y": [1.0, 2.0, 4.0]})
    roles = SeriesSettings(time="time", targets=("y",), timezone="Australia/Melbourne")
    with pytest.raises(InputError) as caught:
        load_panel(table, roles)
    assert str(caught.value) == (
        'data frame row 2, column "time": expected a time that clocks in Australia/Melbourne showed, got '
        '"2014-10-05 02:30:00", in the hour that daylight saving skips. If the stamps keep standard time all year, '
        "say so, for example --timezone Etc/GMT-10; else drop the row."
    )
    panel = load_panel(table, replace(roles, timezone="Etc/GMT-10"))
    assert panel.clock.start == np.datetime64("2014-10-04T15:30:00")


def test_offsets_that_differ_need_a_named_zone():
    table = pl.DataFrame(
        {
            "time": ["2014-04-06 02:30+11:00", "2014-04-06 02:30+1000", "2014-04-05T17:30Z"],
            "y": [1.0, 2.0, 3.0],
        }
    )
    with pytest.raises(
        InputError, match=r"expected time stamps of one offset from UTC.*--timezone Australia/Melbourne"
    ):
        load_panel(table, ROLES)
    panel = load_panel(table, SeriesSettings(time="time", targets=("y",), timezone="Australia/Melbourne"))
    assert y(panel) == [1, 2, 3]


@pytest.mark.parametrize(
    ("stamps", "step"),
    [
        (["2014-01-31", "2014-02-01", "2014-02-02"], "1 day"),
        (["2014-01", "2014-02", "2014-03", "2014-05"], "1 month"),
        (["01.02.2014 10:00", "01.02.2014 10:15", "01.02.2014 10:30"], "15 minutes"),
        (["13/02/2014", "14/02/2014", "15/02/2014"], "1 day"),
        (["2014-01-01T00:00:00.000Z", "2014-01-01T01:00:00.000Z", "2014-01-01T02:00:00.000Z"], "1 hour"),
    ],
)
def test_common_ways_to_write_time_are_read(stamps, step):
    panel = load_panel(pl.DataFrame({"time": stamps, "y": np.arange(len(stamps), dtype=float)}), ROLES)
    assert panel.clock.describe() == step


def test_days_that_could_be_months_are_refused():
    with pytest.raises(InputError, match=r"Is the day or the month first\?"):
        load_panel(pl.DataFrame({"time": ["01/02/2014", "02/02/2014"], "y": [1.0, 2.0]}), ROLES)


def test_daily_values_follow_the_date_across_daylight_saving():
    days = [f"2014-04-{day:02d}" for day in range(1, 11)]
    table = pl.DataFrame({"time": days, "y": np.arange(10.0)})
    panel = load_panel(table, SeriesSettings(time="time", targets=("y",), timezone="Australia/Melbourne"))
    assert y(panel) == list(range(10))
    assert panel.clock.describe() == "1 day"


def test_an_unknown_step_is_refused():
    with pytest.raises(
        SettingsError, match='step: expected a length such as 30min, 1h, 1d, 1w or 1mo, got "soon"'
    ):
        load_panel(hours(1.0, 2.0), SeriesSettings(time="time", targets=("y",), step="soon"))


def test_one_row_is_no_series():
    with pytest.raises(InputError, match="expected rows at two times or more, got one"):
        load_panel(hours(1.0), ROLES)


def test_a_large_file_stays_on_the_disk_and_gives_the_same(tmp_path, monkeypatch):
    table = hours(*map(float, range(500)))[list(range(250)) + list(range(260, 500))]
    table.write_csv(tmp_path / "a.csv")
    small = load_panel(tmp_path / "a.csv", ROLES)
    monkeypatch.setattr(rows, "LARGE_BYTES", 1)
    monkeypatch.setattr("hiddenstate.data.delimited.BATCH_ROWS", 100)
    large = load_panel(tmp_path / "a.csv", ROLES)
    values = large.series[0].targets
    assert isinstance(values.base if values.base is not None else values, np.memmap)
    np.testing.assert_array_equal(values, small.series[0].targets)
    assert large.digest() == small.digest()


def test_the_digest_sees_every_value():
    first, second = load_panel(hours(1.0, 2.0), ROLES), load_panel(hours(1.0, 2.5), ROLES)
    assert first.digest() != second.digest()
    assert first.digest() == load_panel(hours(1.0, 2.0), ROLES).digest()


def test_the_bundled_sample_is_whole_and_attributed():
    panel = load_panel(
        elecdemand(),
        SeriesSettings(
            time="time", targets=("demand",), known=("temperature", "workday"), timezone="Australia/Melbourne"
        ),
    )
    (series,) = panel.series
    assert len(series) == 17_520
    assert series.clock.start == np.datetime64("2013-12-31T14:00:00")
    assert np.isfinite(series.targets).all()
    assert 2.8 < series.targets.min() < series.targets.max() < 9.5  # GW
    # The first of January is a holiday, a Wednesday in summer: no working day, and hot.
    assert series.known[:48, 1].max() == 0
    assert "Australian Energy Market Operator" in attribution()
    assert "Bureau of Meteorology" in attribution()
