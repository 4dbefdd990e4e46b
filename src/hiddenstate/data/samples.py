"""Real data that comes with the package."""

from pathlib import Path

FOLDER = Path(__file__).parent / "sample"


def elecdemand() -> Path:
    """Half-hourly electricity demand of Victoria in 2014 with temperature and working day, a CSV of 17,520 rows.

    Columns: time (with offset), demand (GW), temperature (°C), workday (0 or 1).
    Figures: Australian Energy Market Operator and Bureau of Meteorology; see `attribution`.
    """
    return FOLDER / "elecdemand.csv.gz"


def attribution() -> str:
    """Where the bundled data come from, as Markdown."""
    return (FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
