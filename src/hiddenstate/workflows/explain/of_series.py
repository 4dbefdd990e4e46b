"""A look into a forecaster that stands at one moment of a series."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hiddenstate import plots
from hiddenstate.choices import closest
from hiddenstate.data.assemble import load_panel
from hiddenstate.data.clock import DAY_SECONDS, Clock, zone
from hiddenstate.data.complete import refuse_missing
from hiddenstate.data.files import Source
from hiddenstate.data.panel import Panel, Series
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.inspection.forecast_evidence import ForecastPoint, forecast_evidence
from hiddenstate.models.direct import DirectForecaster
from hiddenstate.models.segments import SegmentForecaster
from hiddenstate.plots.numerals import with_unit
from hiddenstate.records import Forecast
from hiddenstate.tasks.feature_names import future_feature_names
from hiddenstate.workflows.evidence_sections import series_sections
from hiddenstate.workflows.explain.gradients import GRADIENTS, gradient_sections
from hiddenstate.workflows.explain.inside import ATTENTION, EVIDENCE, Inside, readings_of
from hiddenstate.workflows.forecasts.saved import SavedForecaster, open_forecaster


def inside_forecast(folder: Path, source: Source, at: str, series: str | None = None) -> Inside:
    """The saved forecaster in `folder` on the forecast whose first step is at the local time `at`.

    Raises `InputError` for a time that cannot be read, lies outside the series or between its steps, for an
    unknown series, and for rows that are missing before it.
    """
    saved = open_forecaster(folder)
    panel = load_panel(source, saved.run.data)
    chosen = _series(panel, series)
    part = panel.series[chosen]
    horizon = saved.run.task.horizon
    position = _position(panel, part, at, saved.task.lookback)
    origins = Origins(np.array([chosen]), np.array([position]))
    refuse_missing(panel, origins, saved.task.lookback, horizon)
    forecast = saved.task.predict(saved.models, panel, origins)
    batch = next(iter(saved.task.batches(panel, origins, batch_size=1).epoch(1)))
    model = saved.models[0]
    ahead = step_names(part.clock, position, horizon)
    labels = {"decoder": ahead, **_names_of_the_past(model, part.clock, position)}
    names, unit = ", ".join(panel.target_names), saved.run.data.unit
    count = f", network 1 of {len(saved.models)}" if len(saved.models) > 1 else ""
    return Inside(
        title=f"Why this forecast of {names}?",
        subtitle=f"{horizon} steps of {part.clock.describe()} from {_stamp(part.clock, position)}, "
        f"by {saved.run.label}{count}",
        headline=_headline(forecast, saved, ahead),
        text=_words(forecast, saved),
        model=model,
        inputs=batch,
        readings=readings_of(
            model, batch, labels, {"decoder": future_feature_names(saved.task.builder, panel)}
        ),
        shown={
            "forecast": lambda: (plots.Chart(plots.forecast_fan(forecast, unit=unit)),),
            EVIDENCE: cache(
                lambda: series_sections(
                    forecast_evidence(saved.task, saved.models, panel, origins, _highest(forecast), unit=unit)
                )
            ),
            GRADIENTS: cache(
                lambda: gradient_sections(
                    model, lambda network: network(batch).square().mean(), fresh=saved.task.build_model
                )
            ),
        },
        lacking={
            ATTENTION: "expected a model with attention, got a forecaster, which has none. "
            "Show evidence, units, gates, memory or walk."
        },
    )


def step_names(clock: Clock, first: int, count: int, every: int = 1) -> list[str]:
    """Local names of `count` steps: the time within a day, the date for days, both where they go on over a day."""
    local = clock.local(clock.at(first + every * np.arange(count))).astype("datetime64[m]")
    days, minutes = local.astype("datetime64[D]"), local.astype(str)
    if count and (local == days).all():
        return [str(day) for day in days]
    if len(np.unique(days)) == 1 and (clock.step_seconds or DAY_SECONDS) < DAY_SECONDS:
        return [text[11:] for text in minutes]
    return [text.replace("T", " ") for text in minutes]


def _names_of_the_past(model: object, clock: Clock, position: int) -> dict[str, list[str]]:
    """Names of the segments that an encoder reads: the first step of each."""
    if isinstance(model, DirectForecaster):
        first = position - model.segments * model.segment
        return {"encoder": step_names(clock, first, model.segments, model.segment)}
    if isinstance(model, SegmentForecaster):
        segments = -(-model.sizes.lookback // model.read_steps)
        first = position - segments * model.read_steps
        return {"recurrent": step_names(clock, first, segments, model.read_steps)}
    return {}


def _series(panel: Panel, name: str | None) -> int:
    names = [series.name for series in panel.series]
    if name is None:
        return 0
    if names == [""]:
        raise InputError(
            f'series: expected none, as {panel.source} holds a single series without a name, got "{name}". '
            "Leave it out."
        )
    if name not in names:
        raise InputError(f'series: expected one of {panel.source}, got "{name}". {closest(name, names)}')
    return names.index(name)


def _position(panel: Panel, series: Series, at: str, lookback: int) -> int:
    """The step at the local time `at`, with enough before it."""
    clock = series.clock
    moment = _instant(at, clock)
    step = clock.index_of(moment)
    first, last = lookback, series.observed
    if not first <= step <= last:
        if first > last:
            raise InputError(
                f"{panel.source}: expected at least {lookback} rows before a forecast, got {series.observed}. "
                "Give earlier rows too."
            )
        raise InputError(
            f"{panel.source}: expected a time from {_stamp(clock, first)} (the model looks back {lookback} steps) "
            f'to {_stamp(clock, last)}, got "{at}". Choose one of these.'
        )
    if clock.at(np.array(step)) != moment:
        raise InputError(
            f"{panel.source}: expected a time on its steps of {clock.describe()}, such as {_stamp(clock, step)}, "
            f'got "{at}". Correct it.'
        )
    return step


def _instant(at: str, clock: Clock) -> np.datetime64:
    try:
        moment = datetime.fromisoformat(at.strip())
    except ValueError:
        raise InputError(f'at: expected a time such as 2014-03-01 00:00, got "{at}". Write it so.') from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(clock.timezone))
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")


def _stamp(clock: Clock, step: int) -> str:
    text = str(clock.local(clock.times(step, 1)).astype("datetime64[m]")[0]).replace("T", " ")
    daily = clock.step_seconds is None or clock.step_seconds % DAY_SECONDS == 0
    return text.removesuffix(" 00:00") if daily else text


def _headline(forecast: Forecast, saved: SavedForecaster, ahead: list[str]) -> str:
    median: NDArray[np.float64] = forecast.median()[0, :, 0]
    low, high = int(median.argmin()), int(median.argmax())
    unit = saved.run.data.unit
    return (
        f"{forecast.targets[0]}: lowest {with_unit(float(median[low]), unit)} at {ahead[low]}, "
        f"highest {with_unit(float(median[high]), unit)} at {ahead[high]}"
    )


def _highest(forecast: Forecast) -> ForecastPoint:
    """The step of the horizon at which the median is highest: the one whose evidence is shown."""
    nearest = min(forecast.levels, key=lambda level: abs(level - 0.5))
    return ForecastPoint(step=int(forecast.median()[0, :, 0].argmax()) + 1, level=nearest)


def _words(forecast: Forecast, saved: SavedForecaster) -> str:
    if forecast.truth is None:
        return "What happened is not known yet."
    gaps = np.abs(forecast.truth - forecast.median())[0, :, 0]
    if not np.isfinite(gaps).any():
        return "What happened is not known yet."
    return f"It was off by {with_unit(float(np.nanmean(gaps)), saved.run.data.unit)} on average."
