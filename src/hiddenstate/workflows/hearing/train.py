"""From recordings to a trained, compared and saved model that hears."""

import time

from torch import nn

from hiddenstate.bundle import Contents, check_target, program_file
from hiddenstate.data.files import Source
from hiddenstate.data.text_table import TextTable
from hiddenstate.models.summary import Summary, summary
from hiddenstate.runtime.listening import KIND
from hiddenstate.settings import to_toml
from hiddenstate.tasks.hear import HearTask
from hiddenstate.tasks.hear_program import hear_program
from hiddenstate.tasks.sound_baselines.registry import fit_sound_baselines
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.hearing.always_on import always_on_or_why
from hiddenstate.workflows.hearing.comparison import compare_hearing
from hiddenstate.workflows.hearing.fit import fit_hearing
from hiddenstate.workflows.hearing.inflation import measured_inflation
from hiddenstate.workflows.hearing.parts import read_sound_parts
from hiddenstate.workflows.hearing.report import SoundFacts, card, report
from hiddenstate.workflows.hearing.run_settings import HearingRun
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.weights import weights_of


def train_hearing(source: Source | TextTable, run: HearingRun, saving: Saving) -> Trained:
    """Train on `source`, measure on its test recordings beside the baselines, save the bundle.

    Raises `InputError` for data that cannot be used, `OutputError` where nothing can be written, both before any
    training.
    """
    check_target(saving.out, force=saving.force)
    parts = read_sound_parts(source, run)
    run = run.at_rate_of(parts.train.texts)
    recordings = run.recordings()
    fitting = Fitting.of(saving)
    fitting.announce("Reading the recordings")
    for table in (parts.train, parts.validation, parts.test):
        for file in table.texts:
            recordings.frames(file)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_hearing(
            parts.train, parts.validation, recordings, run.ear, training=run.training, fitting=fitting
        )
    seconds = time.perf_counter() - started
    fitting.announce("Measuring on the test recordings, beside the plain baselines")
    rivals = fit_sound_baselines(parts.train, parts.validation, fitted.task.labels, recordings)
    comparison = compare_hearing(
        fitted, parts.test, recordings, name=run.label, rivals=rivals, seconds=seconds
    )
    warning = measured_inflation(source, run, recordings)
    layers = summarise_hearing(fitted.task, fitted.models[0])
    heard = always_on_or_why(fitted, run, parts.validation, recordings)
    facts = SoundFacts(run, parts, fitted, comparison, layers, recordings, heard, warning)
    outcome = comparison.outcome((warning,) if warning else (), facts.repairs)
    contents = Contents(
        kind=KIND,
        settings=to_toml(run),
        encoders={"task": fitted.task.to_dict()},
        weights=weights_of(fitted.models),
        metrics=outcome.to_dict(),
        card=card(facts),
        report=report(facts),
        extra=program_file(lambda: hear_program(fitted.task, fitted.models, run.frontend)),
    )
    return finish(contents, outcome, saving, fitting)


def summarise_hearing(task: HearTask, model: nn.Module) -> Summary:
    """Run the network on ten steps and list its layers."""
    import torch

    steps = torch.zeros(1, 10, task.network.context * task.preparation.features)
    return summary(model, steps, torch.tensor([10]))
