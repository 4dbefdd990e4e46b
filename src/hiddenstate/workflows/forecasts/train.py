"""From a file to a trained, compared and saved forecaster."""

import time
from dataclasses import replace

from hiddenstate.bundle import Contents, check_target, program_file
from hiddenstate.data.assemble import load_panel, refuse_constant
from hiddenstate.data.files import Source
from hiddenstate.data.split import split_by_time
from hiddenstate.data.steps import step_text
from hiddenstate.errors import InputError
from hiddenstate.settings import to_toml
from hiddenstate.tasks.baselines.naive_error import seasonal_naive_error
from hiddenstate.tasks.forecast_program import decoding_constants, forecaster_program
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.forecasts.audit import audit_forecast
from hiddenstate.workflows.forecasts.comparison import compare
from hiddenstate.workflows.forecasts.fit import fit_forecaster, learnt_span
from hiddenstate.workflows.forecasts.report import Facts, card, report
from hiddenstate.workflows.forecasts.run_settings import ForecastRun
from hiddenstate.workflows.forecasts.saved import KIND, encoders_of
from hiddenstate.workflows.forecasts.summary import summarise_task
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.weights import weights_of, with_constants


def train_forecaster(source: Source, run: ForecastRun, saving: Saving) -> Trained:
    """Train on `source`, measure on its last part beside the baselines, save the bundle.

    Checkpoints stand in ``OUT.training`` until the bundle is saved; resuming goes on from them.
    Raises `InputError` for data that cannot be used, `OutputError` where nothing can be written,
    both before any training.
    """
    check_target(saving.out, force=saving.force)
    panel = load_panel(source, run.data)
    refuse_constant(panel)
    # A later file may be too short to tell its step: it is that of the training file.
    run = replace(run, data=replace(run.data, step=step_text(panel.clock)))
    split = split_by_time(panel, run.split)

    fitting = Fitting.of(saving)
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
    audit = audit_forecast(panel, split, fitted.task)
    leaks = [f"LEAK: {leak.text}" for leak in audit.leaks]
    outcome = comparison.outcome(run.data.unit, repairs=(*panel.repairs.lines(), *leaks))
    outcome = replace(outcome, facts={**outcome.facts, "audit": audit.to_dict()})
    facts = Facts(panel, split, run, comparison, fitted.history, summary, audit)
    contents = Contents(
        kind=KIND,
        settings=to_toml(run),
        encoders=encoders_of(fitted.task, panel, scale),
        weights=with_constants(weights_of(fitted.models), decoding_constants(fitted.task)),
        metrics=outcome.to_dict(),
        card=card(facts),
        report=report(facts),
        extra=program_file(lambda: forecaster_program(fitted.task, fitted.models)),
    )
    return finish(contents, outcome, saving, fitting)
