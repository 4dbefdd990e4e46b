"""Candidates for forecasting: the same windows, another network each time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.cells import CELLS
from hiddenstate.choices import choose
from hiddenstate.data.assemble import load_panel, refuse_constant
from hiddenstate.data.files import Source
from hiddenstate.data.panel import Panel
from hiddenstate.data.split import Span, Split, split_by_time
from hiddenstate.data.steps import step_text
from hiddenstate.data.windows import Origins, cut
from hiddenstate.errors import InputError, SettingsError
from hiddenstate.records import Forecast
from hiddenstate.settings import to_toml
from hiddenstate.tasks.baselines.naive_error import seasonal_naive_error
from hiddenstate.tasks.baselines.registry import fit_baselines
from hiddenstate.tasks.forecast import ForecastTask
from hiddenstate.tasks.forecast_batches import ForecastBatches
from hiddenstate.tasks.verdict import blocks_of, window_errors
from hiddenstate.workflows.comparing.arena import (
    Answer,
    Arena,
    Bench,
    Candidate,
    Metric,
    Order,
    candidates_of,
)
from hiddenstate.workflows.comparing.one_run import timed
from hiddenstate.workflows.comparing.reach import reach_of
from hiddenstate.workflows.forecasts.fit import fit_forecaster
from hiddenstate.workflows.forecasts.run_settings import ForecastRun, complete
from hiddenstate.workflows.kind import Values

METRICS = ("mae",)
AT_ONCE = 64


@final
class ForecastArena(Arena):
    """As `Arena`, for series."""

    step = "step of the horizon"

    def __init__(self, run: ForecastRun, panel: Panel, split: Split) -> None:
        """Use `of`."""
        unit = run.data.unit or ""
        self.metric = Metric("mae", "MAE", False, unit if not _weighted(panel) else "")
        self.epochs = run.training.epochs
        self.hidden_size = run.direct.hidden_size
        self._run, self._panel, self._split = run, panel, split
        parts = {"training": split.train, "validation": split.validation, "test": split.test}
        steps = ", ".join(f"{len(span):,} steps of {name}" for name, span in parts.items())
        self.facts = {"file": panel.source, "rows": steps}

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the series.

        Raises `InputError` without a test window, `SettingsError` for an unknown metric and a family without
        architectures to choose from.
        """
        choose(dict.fromkeys(METRICS), metric or "mae", "metric of this task")
        run = complete(values)
        if run.task.family != "direct":
            raise SettingsError(
                f'--family: expected "direct" to compare architectures, got "{run.task.family}". Leave it out.'
            )
        panel = load_panel(source, run.data)
        refuse_constant(panel)
        run = replace(
            run,
            data=replace(run.data, step=step_text(panel.clock)),
            task=replace(run.task, members=1),
            split=replace(run.split, refit=False),
        )
        arena = cls(run, panel, split_by_time(panel, run.split))
        if not len(arena._test):
            raise InputError(
                f"{panel.source}: expected a test part with at least one window, got none. "
                "Give more rows or a larger --test share."
            )
        return arena

    @property
    def candidates(self) -> Sequence[Candidate]:
        """All of them; this forecaster has no attention."""
        return candidates_of({name: cell.label for name, cell in CELLS.items()}, attention=False)

    @cached_property
    def _task(self) -> ForecastTask:
        run = self._run
        return ForecastTask.fit(self._panel, self._split.train, run.task, run.network, run.data.calendar)

    @cached_property
    def _test(self) -> Origins:
        return self._task.origins(self._panel, self._split.test)

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """Stretches of days, as the verdict of a single model takes them."""
        return blocks_of(self._shape)

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Windows with a step of known truth, of a series with a known scale."""
        return np.asarray(np.isfinite(self._errors(np.zeros_like(self._truth))), dtype=np.bool_)

    @cached_property
    def _shape(self) -> Forecast:
        """The test windows without a forecast: series and times."""
        horizon = self._run.task.horizon
        series = [self._panel.series[number] for number in self._test.series]
        times = np.stack(
            [
                part.clock.times(int(first), horizon)
                for part, first in zip(series, self._test.position, strict=True)
            ]
        )
        names = tuple(part.name for part in series)
        empty = np.zeros((*times.shape, len(self._panel.target_names), 1))
        return Forecast(names, times, "UTC", self._panel.target_names, (0.5,), empty)

    def identity(self) -> str:
        """Of settings and all values."""
        return hashlib.sha256((to_toml(self._run) + self._panel.digest()).encode()).hexdigest()

    def bench(self, candidate: Candidate, hidden_size: int) -> Bench:
        """As `Arena.bench`."""
        run = self._with(candidate, hidden_size)
        task = self._task.with_network(run.network)
        batches, answers = self._batches
        steps = min(len(batches), run.training.steps_per_epoch or len(batches))
        horizon = run.task.horizon
        return Bench(
            task.build_model, task.loss, batches, steps, answers, lambda batch: len(batch.targets) * horizon
        )

    @cached_property
    def _batches(self) -> tuple[ForecastBatches, ForecastBatches]:
        size, seed = self._run.training.batch_size, self._run.training.seed
        train = self._task.origins(self._panel, self._split.train, training=True)
        return (
            self._task.batches(self._panel, train, batch_size=size, seed=seed),
            self._task.batches(self._panel, self._test, batch_size=AT_ONCE),
        )

    def _with(self, candidate: Candidate, hidden_size: int) -> ForecastRun:
        direct = replace(
            self._run.direct,
            cell=candidate.cell,
            bidirectional=candidate.bidirectional,
            num_layers=candidate.num_layers,
            hidden_size=hidden_size,
        )
        return replace(self._run, direct=direct)

    def run(self, order: Order) -> Answer:
        """As `Arena.run`; a share of the training part is its latest stretch."""
        run = self._with(order.candidate, order.hidden_size)
        train = self._split.train
        kept = ((train.stop - train.first) * order.share).astype(np.int64)
        split = replace(self._split, train=Span(train.stop - kept, train.stop))
        found = timed(
            order,
            run.training,
            lambda training: fit_forecaster(self._panel, split, replace(run, training=training)),
            lambda fitted: fitted.history,
        )
        fitted = found.fitted
        forecast = fitted.task.predict(fitted.models, self._panel, self._test)
        whole = order.share >= 1.0  # a part of the windows is scaled otherwise
        bench = self.bench(order.candidate, order.hidden_size)
        return Answer(
            self._errors(forecast.median()),
            found.seconds,
            found.validation,
            found.epochs,
            found.stopped,
            reach=reach_of(bench, fitted.models[0]) if whole else None,
        )

    def rivals(self) -> Mapping[str, Answer]:
        """The plain baselines, which learn from the training part as the candidates do."""
        learn = self._task.origins(self._panel, self._split.train)
        horizon = self._run.task.horizon
        rivals = fit_baselines(self._panel, learn, horizon)
        return {
            rival.baseline.name: Answer(
                self._errors(rival.baseline.predict(self._panel, self._test, horizon)), rival.seconds
            )
            for rival in rivals.fitted
        }

    @cached_property
    def _truth(self) -> NDArray[np.float64]:
        windows = cut(self._panel, self._test, 0, self._run.task.horizon, ())
        return np.asarray(windows.future_targets, dtype=np.float64)

    @cached_property
    def _scale(self) -> NDArray[np.float64] | float:
        """What errors are divided by where targets of different units, or series of different size, meet."""
        if not _weighted(self._panel):
            return 1.0
        learn = self._task.origins(self._panel, self._split.train)
        scale = seasonal_naive_error(self._panel, learn, self._run.task.horizon)
        return np.asarray(scale[self._test.series])

    def _errors(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        return window_errors(self._truth, point, self._scale)


def _weighted(panel: Panel) -> bool:
    return len(panel.target_names) > 1 or len(panel.series) > 1
