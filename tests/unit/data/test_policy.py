"""The policy for imperfect data beyond the plain cases: covariates, zones, months, shuffled and large files."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.data import rows
from hiddenstate.data.assemble import load_panel, refuse_constant
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.errors import InputError, SettingsError

HOLE = None


def table(count: int, step: str = "1h", start: str = "2014-01-01 00:00", **columns: object) -> pl.DataFrame:
    begin = pl.Series([start]).str.to_datetime("%Y-%m-%d %H:%M")[0]
    times = pl.datetime_range(begin, pl.lit(begin).dt.offset_by("3000d"), step, eager=True).head(count)
    return pl.DataFrame({"time": times, **columns})


def test_flags_and_the_past_take_the_last_value_and_nothing_is_drawn_into_the_future():
    source = table(
        8,
        y=[1.0, 2.0, HOLE, 4.0, 5.0, 6.0, HOLE, HOLE],
        flag=[0, 1, HOLE, 0, 0, HOLE, 1, HOLE],
        heat=[1.0, 2.0, HOLE, 4.5, 5.0, 6.0, HOLE, 8.0],
        stock=[1.5, HOLE, 3.0, 4.0, 5.0, HOLE, HOLE, HOLE],
    )
    roles = SeriesSettings(
        time="time", targets=("y",), known=("flag", "heat"), past=("stock",), longest_gap=1
    )
    panel = load_panel(source, roles)
    (series,) = panel.series
    nan = np.nan
    np.testing.assert_array_equal(series.targets[:, 0], [1, 2, 3, 4, 5, 6, nan, nan])
    np.testing.assert_array_equal(series.known[:, 0], [0, 1, 1, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(series.known[:, 1], [1, 2, 3.25, 4.5, 5, 6, 7, 8])
    np.testing.assert_array_equal(series.past[:, 0], [1.5, 1.5, 3, 4, 5, 5, nan, nan])
    assert series.filled.tolist() == [False, False, True, False, False, False, False, False]
    assert series.observed == 6
    assert panel.repairs.filled == {"y": 1, "flag": 3, "heat": 2, "stock": 2}


def test_a_clean_table_says_so():
    lines = load_panel(
        table(5, y=[1.0, 2, 3, 4, 5]), SeriesSettings(time="time", targets=("y",))
    ).repairs.lines()
    assert lines == ["5 rows, a step of 1 hour, days in UTC.", "Nothing had to be repaired."]


def test_stamps_of_one_offset_mean_days_of_that_offset():
    source = pl.DataFrame({"time": ["2014-01-01 00:00+10:00", "2014-01-01 01:00+1000"], "y": [1.0, 2.0]})
    clock = load_panel(source, SeriesSettings(time="time", targets=("y",))).clock
    assert clock.timezone == "Etc/GMT-10"
    assert str(clock.local(clock.times(0, 1))[0]) == "2014-01-01T00:00:00"


def test_a_typed_column_brings_its_zone_unless_another_is_named(tmp_path: Path):
    source = table(5, y=[1.0, 2, 3, 4, 5]).with_columns(
        pl.col("time").dt.replace_time_zone("Australia/Melbourne")
    )
    source.write_parquet(tmp_path / "a.parquet")
    roles = SeriesSettings(time="time", targets=("y",))
    for given_source in (tmp_path / "a.parquet", source, source.to_pandas()):
        clock = load_panel(given_source, roles).clock
        assert clock.timezone == "Australia/Melbourne"
        assert str(clock.start) == "2013-12-31T13:00:00"
    named = SeriesSettings(time="time", targets=("y",), timezone="Europe/Berlin")
    assert load_panel(source, named).clock.timezone == "Europe/Berlin"


def test_daylight_saving_in_stamps_without_a_zone_is_suspected():
    # A whole year by the clock of Berlin, but the zone is not said: an hour twice, an hour missing.
    source = table(8760, start="2014-01-01 00:00", y=np.arange(8760.0))
    source = source.with_columns(
        pl.col("time").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
    )
    source = source.with_columns(pl.col("time").dt.replace_time_zone(None))
    unzoned = load_panel(source, SeriesSettings(time="time", targets=("y",)))
    assert any("may come from daylight saving" in line for line in unzoned.repairs.lines())
    assert (unzoned.repairs.duplicates, unzoned.repairs.gap_steps) == (1, 1)
    zoned = load_panel(source, SeriesSettings(time="time", targets=("y",), timezone="Europe/Berlin"))
    assert zoned.series[0].targets[:, 0].tolist() == list(range(8760))
    assert zoned.repairs.lines()[1].startswith("2 of 366 days have 23 or 25 steps instead of 24")


@pytest.mark.parametrize(
    ("stamps", "fourth"),
    [
        (["2014-01-31", "2014-02-28", "2014-03-31"], "2014-04-30T00:00:00"),
        (["2015-11-30", "2015-12-31", "2016-01-31"], "2016-02-29T00:00:00"),
        (["2014-01-01", "2014-02-01", "2014-03-01"], "2014-04-01T00:00:00"),
        (["2014-01-30", "2014-02-28", "2014-03-30"], "2014-04-30T00:00:00"),
        (["2014-03-31", "2014-06-30", "2014-09-30"], "2014-12-31T00:00:00"),
    ],
)
def test_months_go_on_as_they_began(stamps: list[str], fourth: str):
    panel = load_panel(
        pl.DataFrame({"time": stamps, "y": [1.0, 2, 3]}), SeriesSettings(time="time", targets=("y",))
    )
    assert panel.series[0].targets[:, 0].tolist() == [1, 2, 3]
    assert [str(time) for time in panel.clock.times(0, 4)] == [f"{stamp}T00:00:00" for stamp in stamps] + [
        fourth
    ]


def test_days_with_offsets_keep_their_date():
    stamps = [
        "2014-04-05T00:00+11:00",
        "2014-04-06T00:00+11:00",
        "2014-04-07T00:00+10:00",
        "2014-04-08T00:00+10:00",
    ]
    roles = SeriesSettings(time="time", targets=("y",), timezone="Australia/Melbourne")
    panel = load_panel(pl.DataFrame({"time": stamps, "y": [1.0, 2, 3, 4]}), roles)
    assert panel.series[0].targets[:, 0].tolist() == [1, 2, 3, 4]
    assert str(panel.clock.start) == "2014-04-05T00:00:00"


def long_table() -> pl.DataFrame:
    """Two series, one with a hole, a row twice and a row that is not there; unlike starts."""
    one = table(40, y=np.arange(40.0), k=np.arange(40.0) % 2).with_columns(s=pl.lit("one"))
    two = table(50, start="2014-01-01 07:00", y=np.arange(50.0) + 0.5, k=np.arange(50.0)).with_columns(
        s=pl.lit("two")
    )
    two[11, "y"] = None
    return pl.concat([one, two, two[20:21]])[[*range(70), *range(71, 91)]]


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(90)))
def test_the_order_of_rows_does_not_matter(order: list[int]):
    roles = SeriesSettings(time="time", targets=("y",), known=("k",), series="s")
    expected, shuffled = load_panel(long_table(), roles), load_panel(long_table()[order], roles)
    by_name = {series.name: series for series in shuffled.series}
    for series in expected.series:
        other = by_name[series.name]
        assert series.clock == other.clock
        np.testing.assert_array_equal(series.targets, other.targets)
        np.testing.assert_array_equal(series.filled, other.filled)
    counts = expected.repairs
    assert (counts.duplicates, counts.gap_steps, counts.filled["y"]) == (1, 1, 2)
    assert (shuffled.repairs.duplicates, shuffled.repairs.gap_steps) == (1, 1)


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "csv.gz"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_large_file_gives_the_same_panel_from_disk(tmp_path, monkeypatch, ending: str, shuffled: bool):
    source = long_table().sample(fraction=1.0, shuffle=True, seed=3) if shuffled else long_table()
    source = source.with_columns(pl.col("time").dt.to_string("%Y-%m-%d %H:%M"))
    path = tmp_path / f"a.{ending}"
    if ending == "jsonl":
        source.write_ndjson(path)
    elif ending == "parquet":
        source.write_parquet(path, row_group_size=7)
    else:
        source.write_csv(path, compression="gzip" if ending.endswith("gz") else "uncompressed")
    roles = SeriesSettings(time="time", targets=("y",), known=("k",), series="s")
    small = load_panel(path, roles)
    monkeypatch.setattr(rows, "LARGE_BYTES", 1)
    for module in ("delimited", "json_lines", "files"):
        monkeypatch.setattr(f"hiddenstate.data.{module}.BATCH_ROWS", 13)
    monkeypatch.setattr("hiddenstate.data.assemble.BLOCK_ROWS", 9)
    monkeypatch.setattr("hiddenstate.data.disk.BLOCK_ROWS", 9)
    large = load_panel(path, roles)
    for one, other in zip(small.series, large.series, strict=True):
        assert isinstance(other.targets, np.memmap)
        assert not isinstance(one.targets, np.memmap)
        assert one.name == other.name
        np.testing.assert_array_equal(one.targets, other.targets)
        np.testing.assert_array_equal(one.known, other.known)
    assert small.repairs == large.repairs


def test_targets_to_learn_from():
    roles = SeriesSettings(time="time", targets=("y",))
    with pytest.raises(
        InputError, match='data frame, column "y": expected values that change, got the same value'
    ):
        refuse_constant(load_panel(table(4, y=[2.0, 2.0, HOLE, 2.0]), roles))
    refuse_constant(load_panel(table(4, y=[2.0, 2.0, HOLE, 2.5]), roles))
    with pytest.raises(InputError, match='data frame, column "y": expected numbers, got only missing values'):
        load_panel(table(4, y=pl.Series([HOLE] * 4, dtype=pl.Float64)), roles)


def test_roles_that_contradict_each_other_are_refused():
    with pytest.raises(SettingsError, match="targets: expected at least one column"):
        SeriesSettings(time="time", targets=())
    with pytest.raises(
        SettingsError, match='known: expected each column in one part, got "y" in targets too'
    ):
        SeriesSettings(time="time", targets=("y",), known=("y",))
    with pytest.raises(SettingsError, match="longest_gap: expected 0 or more steps, got -1"):
        SeriesSettings(time="time", targets=("y",), longest_gap=-1)


@pytest.mark.shared
def test_a_year_of_melbourne_is_read_the_same_from_three_kinds_of_stamps(shared_data: Path):
    source = pl.read_csv(shared_data / "vic_elec" / "vic_elec.csv.gz", infer_schema=False).tail(17_520)
    source = source.with_columns(naive=pl.col("time_local").str.slice(0, 19))
    panels = [
        load_panel(source, SeriesSettings(time=time, targets=("demand_mw",), timezone="Australia/Melbourne"))
        for time in ("time_utc", "time_local", "naive")
    ]
    assert len({panel.digest() for panel in panels}) == 1
    clock = panels[0].clock
    days = clock.local(clock.times(0, 17_520)).astype("datetime64[D]")
    lengths = dict(zip(*np.unique(days, return_counts=True), strict=True))
    assert {str(day): int(count) for day, count in lengths.items() if count != 48} == {
        "2014-04-06": 50,
        "2014-10-05": 46,
    }
    with pytest.raises(InputError, match=r"got \+10:00 and \+11:00.*--timezone Australia/Melbourne$"):
        load_panel(source, SeriesSettings(time="time_local", targets=("demand_mw",)))
