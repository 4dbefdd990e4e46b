"""From a file to a trained, compared and saved forecaster."""

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from hiddenstate.bundle import Contents, check_target, save_bundle
from hiddenstate.data.assemble import load_panel, refuse_constant
from hiddenstate.data.files import Source
from hiddenstate.data.split import split_by_time
from hiddenstate.data.steps import step_text
from hiddenstate.errors import InputError
from hiddenstate.models.summary import Summary
from hiddenstate.settings import to_toml
from hiddenstate.tasks.baselines.naive_error import seasonal_naive_error
from hiddenstate.training import RichWatcher
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.comparison import Comparison, compare
from hiddenstate.workflows.fit import Fitted, Fitting, fit_forecaster, learnt_span
from hiddenstate.workflows.report import Facts, card, report
from hiddenstate.workflows.run_settings import ForecastRun
from hiddenstate.workflows.saved import KIND, encoders_of, weights_of
from hiddenstate.workflows.summary import summarise_task


@dataclass(frozen=True)
class Trained:
    """What training leaves for the caller to show."""

    folder: Path
    comparison: Comparison
    fitted: Fitted
    summary: Summary
    unit: str | None

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / "report.html"


def train_forecaster(
    source: Source,
    run: ForecastRun,
    out: Path,
    *,
    force: bool = False,
    resume: bool = False,
    quiet: bool = False,
) -> Trained:
    """Train on `source`, measure on its last part beside the baselines, save the bundle to `out`.

    Checkpoints stand in ``OUT.training`` until the bundle is saved; `resume` goes on from them.
    Raises `InputError` for data that cannot be used, `OutputError` where `out` cannot be written,
    both before any training.
    """
    check_target(out, force=force)
    panel = load_panel(source, run.data)
    refuse_constant(panel)
    # A later file may be too short to tell its step: it is that of the training file.
    run = replace(run, data=replace(run.data, step=step_text(panel.clock)))
    split = split_by_time(panel, run.split)

    checkpoints = out.with_name(out.name + ".training")
    watcher = None if quiet else RichWatcher()
    fitting = Fitting(watcher, checkpoints, resume, announce=_silent if quiet else _say)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_forecaster(panel, split, run, fitting)
    seconds = time.perf_counter() - started

    test = fitted.task.origins(panel, split.test)
    if not len(test):
        raise InputError(
            f"{panel.source}: expected a test part with at least one window, got none. "
            "Give more rows or a larger --test share."
        )
    fitting.announce("Measuring on the test part, beside the plain baselines")
    learnt = fitted.task.origins(panel, learnt_span(split, run))
    scale = seasonal_naive_error(panel, learnt, run.task.horizon)
    forecast = fitted.task.predict(fitted.models, panel, test)
    comparison = compare(
        panel, test, forecast, name=run.label, scale=scale, learn_from=learnt, seconds=seconds
    )
    summary = summarise_task(fitted.task, fitted.models[0])
    facts = Facts(panel, split, run, comparison, fitted.history, summary)
    contents = Contents(
        kind=KIND,
        settings=to_toml(run),
        encoders=encoders_of(fitted.task, panel, scale),
        weights=weights_of(fitted.models),
        metrics=comparison.to_dict(),
        card=card(facts),
        report=report(facts),
    )
    save_bundle(out, contents, force=force)
    fitting.clear()
    return Trained(out, comparison, fitted, summary, run.data.unit)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _silent(text: str) -> None:
    pass
