"""Which column plays which part: section ``[data]`` of ``settings.toml``."""

from dataclasses import dataclass

from hiddenstate.errors import SettingsError

MISSING_VALUES = ("", "NA", "NaN", "nan", "null", "None")


@dataclass(frozen=True)
class SeriesSettings:
    """The columns of a table of time series, and how its time axis is to be read."""

    time: str
    """Column of time stamps."""
    targets: tuple[str, ...]
    """Columns to forecast."""
    series: str | None = None
    """Column naming the series of each row (long format); ``None`` where the table holds one series."""
    known: tuple[str, ...] = ()
    """Covariates known for the future too (weather forecasts, holidays)."""
    past: tuple[str, ...] = ()
    """Covariates known only up to the moment of the forecast."""
    timezone: str | None = None
    """IANA zone in which days and hours are meant, and in which stamps without an offset are read."""
    unit: str | None = None
    """Unit of the targets, for charts and tables: "MW"."""
    step: str | None = None
    """Length of one step: "30min", "1h", "1d", "1w", "1mo"; inferred from the stamps when ``None``."""
    missing_values: tuple[str, ...] = MISSING_VALUES
    """Texts that stand for a missing value."""
    longest_gap: int = 6
    """Gaps of at most so many steps are filled; longer ones stay missing and windows avoid them."""
    calendar: tuple[str, ...] = ("time_of_day", "day_of_week", "day_of_year")
    """Calendar features; those that say nothing at the step of the series are left out."""

    def __post_init__(self) -> None:
        if not self.targets:
            raise SettingsError(
                "targets: expected at least one column, got none. Name the column to forecast."
            )
        parts = {"time": (self.time,), "targets": self.targets, "known": self.known, "past": self.past}
        if self.series is not None:
            parts["series"] = (self.series,)
        seen: dict[str, str] = {}
        for part, names in parts.items():
            for name in names:
                if name in seen:
                    raise SettingsError(
                        f'{part}: expected each column in one part, got "{name}" in {seen[name]} too. '
                        "Name it once."
                    )
                seen[name] = part
        if self.longest_gap < 0:
            raise SettingsError(f"longest_gap: expected 0 or more steps, got {self.longest_gap}. Correct it.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The numeric columns in the order targets, known, past."""
        return (*self.targets, *self.known, *self.past)
