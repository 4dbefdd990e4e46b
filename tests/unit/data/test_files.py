"""Every format gives the same panel; every kind of bad input is named with its place."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiddenstate.data.assemble import load_panel
from hiddenstate.data.files import read_tables
from hiddenstate.data.panel import Panel
from hiddenstate.data.roles import SeriesSettings
from hiddenstate.errors import InputError

SALES = SeriesSettings(time="time", targets=("price",), known=("promotion",))
ROWS = [
    ("2024-01-01 00:00", 1.5, True),
    ("2024-01-01 01:00", None, False),
    ("2024-01-01 02:00", 2.5, False),
    ("2024-01-01 03:00", 1e-3, True),
]
CSV = "time,price,promotion\n" + "".join(
    f"{time},{'' if price is None else price},{promotion}\n" for time, price, promotion in ROWS
)


def frame() -> pl.DataFrame:
    columns = pl.DataFrame(ROWS, schema=["time", "price", "promotion"], orient="row")
    return columns.with_columns(pl.col("time").str.to_datetime("%Y-%m-%d %H:%M"))


def message(content: str | bytes, folder: Path, name: str = "sales.csv", columns=SALES) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError) as caught:
        load_panel(path, columns)
    text = str(caught.value)
    assert text.startswith(str(path))
    return text.replace(str(path), name)


def same(one: Panel, other: Panel) -> bool:
    a, b = one.series[0], other.series[0]
    return (
        a.clock == b.clock
        and np.array_equal(a.targets, b.targets, equal_nan=True)
        and np.array_equal(a.known, b.known)
        and np.array_equal(a.filled, b.filled)
    )


def packed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


JSON_LINES = "".join(
    json.dumps(dict(zip(("time", "price", "promotion"), row, strict=True))) + "\n" for row in ROWS
)
FILES = {
    "a.tsv": CSV.replace(",", "\t").encode(),
    "a.csv.gz": packed(CSV),
    "semicolons.csv": CSV.replace(",", ";").encode(),
    "decimal commas.csv": CSV.replace(",", ";").replace(".", ",").encode(),
    "bom.csv": b"\xef\xbb\xbf" + CSV.encode(),
    "windows.csv": CSV.replace("\n", "\r\n").encode(),
    "blank lines.csv": ("\n" + CSV.replace("False\n", "False\n\n") + "\n\n").encode(),
    "quoted.csv": "".join(f'"{line}"\n'.replace(",", '","') for line in CSV.splitlines()).encode(),
    "spaces.csv": CSV.replace(",", " , ").encode(),
    "odd [1] name*.csv": CSV.encode(),
    "more columns.csv": "".join(f"x,{line},y\n" for line in CSV.splitlines()).replace("x,time", "u,time", 1).encode(),
    "a.jsonl": JSON_LINES.encode(),
    "a.jsonl.gz": packed(JSON_LINES),
    "odd [1].ndjson": JSON_LINES.encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_text_format_gives_the_same_panel(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    loaded = load_panel(tmp_path / name, SALES)
    expected = load_panel(frame(), SALES)
    np.testing.assert_array_equal(expected.series[0].targets[:, 0], np.float32([1.5, 2.0, 2.5, 1e-3]))
    np.testing.assert_array_equal(expected.series[0].known[:, 0], np.float32([1, 0, 0, 1]))
    assert same(loaded, expected)


def texts_of(content: str, folder: Path, name: str = "a.tsv") -> list[str]:
    (folder / name).write_text(content, encoding="utf-8")
    return [text for table in read_tables(folder / name, ["label", "text"]) for text in table.frame["text"]]


def test_quotes_in_a_tab_separated_file_without_quoting_are_text(tmp_path: Path) -> None:
    texts = ['"On Time"? "In Flight"!', 'a lone " inside', '"never closed', "plain", 'ends "so"', '"whole"']
    content = "label\ttext\n" + "".join(f"x\t{text}\n" for text in texts)
    assert texts_of(content, tmp_path) == texts
    # The same signs in quotes, as a spreadsheet writes them; a value with a line break shows that it did.
    quoted = "".join('x\t"{}"\n'.format(text.replace('"', '""')) for text in [*texts, "two\nlines"])
    assert texts_of("label\ttext\n" + quoted, tmp_path) == [*texts, "two\nlines"]
    assert texts_of('label\ttext\nx\t"all ""well"" closed"\n', tmp_path) == ['all "well" closed']


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n\0")), min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tab_separated_text_is_read_as_it_stands(tmp_path: Path, texts: list[str]) -> None:
    # The first row leaves no doubt that quotes are text here.
    content = "label\ttext\n" + "".join(f"x\t{text}\n" for text in ['"so" it is', *texts])
    assert [text or "" for text in texts_of(content, tmp_path)] == ['"so" it is', *texts]


def test_parquet_and_other_data_frames_give_the_same_panel(tmp_path: Path) -> None:
    frame().write_parquet(tmp_path / "a.parquet")
    expected = load_panel(frame(), SALES)
    pandas = pd.DataFrame(ROWS, columns=["time", "price", "promotion"])
    assert same(load_panel(pandas, SALES), expected)
    pandas["time"] = pd.to_datetime(pandas["time"])
    assert same(load_panel(pandas, SALES), expected)
    pandas["price"] = pandas["price"].astype(object)
    assert same(load_panel(pandas, SALES), expected)
    assert same(load_panel(frame().to_arrow(), SALES), expected)
    assert same(load_panel(str(tmp_path / "a.parquet"), SALES), expected)


def test_a_word_in_a_number_column_is_named_with_its_line(tmp_path: Path) -> None:
    lines = ["time,price,promotion"] + [f"2024-01-{1 + n // 24:02d} {n % 24:02d}:00,1.0,0" for n in range(60)]
    lines[40] = lines[40].replace("1.0", "n/a")
    assert message("\n".join(lines), tmp_path) == (
        'sales.csv line 41, column "price": expected a number, got "n/a". Add it to missing_values or drop the row.'
    )
    settings = SeriesSettings(time="time", targets=("price",), missing_values=("", "n/a"))
    assert load_panel(tmp_path / "sales.csv", settings).repairs.filled == {"price": 1}


def test_the_line_is_right_behind_line_breaks_in_quotes_and_empty_lines(tmp_path: Path) -> None:
    text = 'note,time,price,promotion\n"two\nlines",2024-01-01,1,0\n\n"three\n\nlines",2024-01-02,x,0\n'
    assert 'line 5, column "price": expected a number, got "x"' in message(text, tmp_path)
    text = (
        '{"time":"2024-01-01","price":1,"promotion":0}\n\n{"time":"2024-01-02","price":"x","promotion":0}\n'
    )
    assert 'line 3, column "price": expected a number, got "x"' in message(text, tmp_path, "a.jsonl")


def test_the_line_is_right_in_a_later_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("delimited", "json_lines", "files"):
        monkeypatch.setattr(f"hiddenstate.data.{module}.BATCH_ROWS", 10)
    times = pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 2), "30m", eager=True)
    table = pl.DataFrame({"time": times, "price": range(49), "promotion": 0}).cast({"price": pl.String})
    table[37, "price"] = "x"
    table.write_csv(tmp_path / "a.csv")
    table.write_parquet(tmp_path / "a.parquet")
    table.with_columns(pl.col("time").dt.to_string("iso")).write_ndjson(tmp_path / "a.jsonl")
    for name, place in (("a.csv", "line 39"), ("a.parquet", "row 38"), ("a.jsonl", "line 38")):
        with pytest.raises(InputError, match=f'{name} {place}, column "price": expected a number, got "x"'):
            load_panel(tmp_path / name, SALES)


WRONG = {
    "header only": ("time,price,promotion\n", "expected rows, got a header only"),
    "empty lines": ("\n\n\n", "expected a table, got empty lines only"),
    "rows without values": ("time,price,promotion\n\n\n", "expected rows, got empty ones only"),
    "other column": (CSV.replace("price", "prise"), 'a column "price", found none. Did you mean "prise"? Valid: time'),
    "column twice": (CSV.replace("promotion", "price"), 'each column name once, got "price" 2 times'),
    "infinity": (CSV.replace("2.5", "inf"), 'line 4, column "price": expected a finite number, got "inf"'),
    "too large": (CSV.replace("2.5", "1e39"), 'line 4, column "price": expected a finite number, got "1e39"'),
    "not a number": (CSV.replace("2.5", "NAN"), 'line 4, column "price": expected a number, got "NAN"'),
    "thousands": (CSV.replace("2.5", '"1,234.5"'), 'got "1,234.5". Write decimals with a point and no thousands'),
    "all missing": ("time,price,promotion\n2024-01-01,,0\n2024-01-02,NA,0\n", "got only missing values"),
    "latin-1": (
        CSV.encode() + "2024-01-01 04:00,Zürich,0\n".encode("latin-1"),
        "line 6: expected text in UTF-8, got byte 0xfc at place 19 of the line. Convert it: iconv",
    ),
    "latin-1 header": ("zeit,preis,größe\n1,2,3\n".encode("latin-1"), "line 1: expected text in UTF-8, got byte 0xf6"),
    "utf-16": (CSV.encode("utf-16"), "expected text in UTF-8, got UTF-16"),
    "carriage returns": (CSV.replace("\n", "\r"), "got CR alone"),
    "longer line": (
        CSV + "2024-01-01 04:00,1,0,7\n",
        "line 6: expected 3 values, got 4. Put values that contain a comma in quotes",
    ),
    "open quote": (CSV + '2024-01-01 04:00,"1,0\n', "expected values in matching quotes"),
    "stamp missing": (CSV + ",1,0\n", 'line 6, column "time": expected a time stamp, got nothing'),
    "no stamp": (
        CSV + "soon,1,0\n",
        'line 6, column "time": expected a time stamp such as 2014-01-01 00:30, got "soon"',
    ),
    "one time": ("time,price,promotion\n2024-01-01,1,0\n2024-01-01,2,0\n", "expected rows at two times or more"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_bad_csv_is_explained(name: str, tmp_path: Path) -> None:
    content, expected = WRONG[name]
    assert expected in message(content, tmp_path)


WRONG_LINES = {
    "no object": ('{"time":"2024-01-01","price":1}\n[1]\n', "line 2: expected one JSON object, got [1]"),
    "cut off": ('{"time":"2024-01-01","price":1}\n{"time":\n', "line 2: expected one JSON object, got: Expecting"),
    "NaN": ('{"time":"2024-01-01","price":NaN}\n', "line 1: expected one JSON object, got: NaN, which JSON"),
    "key": ('{"time":"2024-01-01","prise":1}\n', 'a column "price", found none. Did you mean "prise"?'),
    "nothing": ("\n", "expected rows, got none"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_LINES)
def test_bad_json_lines_are_explained(name: str, tmp_path: Path) -> None:
    content, expected = WRONG_LINES[name]
    settings = SeriesSettings(time="time", targets=("price",))
    assert expected in message(content, tmp_path, "a.jsonl", settings)


def test_paths_that_are_no_table_are_explained(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text(CSV)
    (tmp_path / "empty.csv").touch()
    (tmp_path / "table.xlsx").write_text("x")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no parquet")
    (tmp_path / "cut.csv.gz").write_bytes(packed(CSV * 100)[:60])
    cases = {
        "demnad.csv": 'found none. Did you mean "demand.csv"?',
        ".": "expected a file, got a folder",
        "empty.csv": "expected a table, got an empty file",
        "table.xlsx": r'got ".xlsx"',
        "a.parquet": "expected a readable file, got: parquet",
        "cut.csv.gz": "expected a readable file, got: Compressed file ended",
    }
    for name, expected in cases.items():
        with pytest.raises(InputError) as caught:
            load_panel(tmp_path / name, SALES)
        assert expected in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_data_frames_that_cannot_be_read_are_explained() -> None:
    cases = (
        (
            pl.DataFrame({"time": ["2024-01-01"], "price": [float("inf")]}),
            'row 1, column "price": expected a finite',
        ),
        (pl.DataFrame({"time": ["2024-01-01"], "price": [[1.0]]}), "expected numbers, got List"),
        (pl.DataFrame({"time": [1.5], "price": [1.0]}).clear(), "expected rows, got none"),
        (pl.DataFrame({"price": [1.0]}).lazy(), "Convert it; a lazy frame has .collect()"),
        (
            pd.DataFrame({"price": [1.0]}, index=pd.Index(["2024-01-01"], name="time")),
            "Use frame.reset_index()",
        ),
        ([1, 2], "got list"),
    )
    for source, expected in cases:
        with pytest.raises(InputError) as caught:
            load_panel(source, SeriesSettings(time="time", targets=("price",)))
        assert expected in str(caught.value)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)
NAMES = st.text("abcäöü ,;\"'x\t|", min_size=1, max_size=5).map(str.strip).filter(bool)
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FAST
@given(
    names=st.lists(NAMES, min_size=2, max_size=4, unique=True),
    data=st.data(),
    separator=st.sampled_from(",;\t|"),
)  # fmt: skip
def test_a_table_written_and_read_back_is_the_same(
    tmp_path: Path, names: list[str], data, separator: str
) -> None:
    height = data.draw(st.integers(1, 5))
    row = st.lists(CELLS.filter(bool), min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row, min_size=height, max_size=height))
    table = pl.DataFrame({name: [row[n] for row in rows] for n, name in enumerate(names)})
    buffer = io.BytesIO()
    table.write_csv(buffer, separator=separator, quote_style="always")
    (tmp_path / "a.csv").write_bytes(buffer.getvalue())
    wanted = names[::-1]
    read = pl.concat([part.frame for part in read_tables(tmp_path / "a.csv", wanted)])
    assert read.equals(table.select(wanted))


@FAST
@given(values=st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=30))
def test_numbers_written_and_read_back_are_the_same(tmp_path: Path, values: list[float]) -> None:
    lines = [f"{2000 + n},{value!r}" for n, value in enumerate(values)]
    (tmp_path / "a.csv").write_text("time,price\n" + "\n".join(lines))
    panel = load_panel(tmp_path / "a.csv", SeriesSettings(time="time", targets=("price",)))
    np.testing.assert_array_equal(panel.series[0].targets[:, 0], np.float32(values))


GARBAGE = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(str.encode),
    st.text('time,price\n\r;\t"0123456789-:.TZ+ eE{}[]\0', max_size=120).map(str.encode),
    st.tuples(st.just(CSV.encode()), st.integers(0, len(CSV) - 1), st.binary(min_size=1, max_size=3)).map(
        lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + len(parts[2]) :]
    ),
)


@FAST
@given(head=st.sampled_from([b"", b"time,price\n", b'{"time":"2024-01-01","price":1}\n']), content=GARBAGE)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("timezone", [None, "Australia/Melbourne"])
def test_garbage_is_an_input_error_or_a_panel(
    tmp_path: Path, name: str, timezone: str | None, head: bytes, content: bytes
) -> None:
    content = head + content
    (tmp_path / name).write_bytes(packed(content.decode("latin-1")) if name.endswith("gz") else content)
    settings = SeriesSettings(time="time", targets=("price",), timezone=timezone)
    try:
        panel = load_panel(tmp_path / name, settings)
    except InputError as error:
        explained = str(error)
    else:
        explained = f"{name}: {len(panel.series[0])} steps"
    assert name in explained
