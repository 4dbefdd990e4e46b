"""From a file of labelled texts to a trained, compared and saved classifier."""

import time
from dataclasses import replace

from hiddenstate.bundle import Contents, check_target, program_file
from hiddenstate.data.files import Source
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.settings import to_toml
from hiddenstate.tasks.classify_program import classifier_program
from hiddenstate.tasks.text_baselines.baseline import TextBaselineSettings
from hiddenstate.tasks.text_baselines.registry import fit_text_baselines
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.classes.audit import audit_classes
from hiddenstate.workflows.classes.comparison import compare
from hiddenstate.workflows.classes.fit import fit_classes
from hiddenstate.workflows.classes.parts import Parts, read_parts
from hiddenstate.workflows.classes.report import Facts, card, report
from hiddenstate.workflows.classes.run_settings import ClassRun
from hiddenstate.workflows.classes.saved import KIND, encoders_of
from hiddenstate.workflows.classes.seen_texts import FILE, SeenTexts
from hiddenstate.workflows.classes.summary import summarise_task
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.weights import weights_of


def train_classifier(source: Source | TextTable, run: ClassRun, saving: Saving) -> Trained:
    """Train on `source`, measure on its test rows beside the baselines, save the bundle.

    Checkpoints stand in ``OUT.training`` until the bundle is saved; resuming goes on from them.
    Raises `InputError` for data that cannot be used, `OutputError` where nothing can be written,
    both before any training.
    """
    check_target(saving.out, force=saving.force)
    parts = read_parts(source, run)
    _check_test(parts, run)
    vectors = gather_vectors(run.data.vectors, parts.train.texts, run.task.tokens, seed=run.training.seed)
    fitting = Fitting.of(saving)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_classes(
            parts.train,
            parts.validation,
            task=run.task,
            network=run.model,
            training=run.training,
            vectors=vectors,
            refit=run.split.refit,
            fitting=fitting,
        )
    seconds = time.perf_counter() - started

    fitting.announce("Measuring on the test rows, beside the plain baselines")
    rivals = fit_text_baselines(
        parts.train,
        parts.validation,
        fitted.task.labels,
        settings=TextBaselineSettings(tokens=run.task.tokens),
    )
    comparison = compare(
        fitted.task, fitted.models, parts.test, name=run.label, rivals=rivals, seconds=seconds
    )
    audit = audit_classes(parts, fitted, run)
    facts = Facts(run, parts, fitted, comparison, summarise_task(fitted.task, fitted.models[0]), audit)
    outcome = comparison.outcome(facts.repairs)
    outcome = replace(outcome, facts={**outcome.facts, "audit": audit.to_dict()})
    contents = Contents(
        kind=KIND,
        settings=to_toml(run),
        encoders=encoders_of(fitted),
        weights=weights_of(fitted.models),
        metrics=outcome.to_dict(),
        card=card(facts),
        report=report(facts),
        extra={
            FILE: SeenTexts.of(parts.train.texts + parts.validation.texts).to_bytes(),
            **program_file(lambda: classifier_program(fitted.task, fitted.models)),
        },
    )
    return finish(contents, outcome, saving, fitting)


def _check_test(parts: Parts, run: ClassRun) -> None:
    if not len(parts.test):
        raise InputError(
            f"{parts.train.source}: expected test rows to measure on, got none with a test share of {run.split.test}. "
            "Raise --test, or name a file of labelled texts."
        )
