"""From a text to a trained, compared and saved language model."""

import time

import torch

from hiddenstate.bundle import Contents, check_target
from hiddenstate.data.book import Book, cut_book, read_book
from hiddenstate.data.files import Source
from hiddenstate.errors import InputError
from hiddenstate.models.language_model import LanguageModel
from hiddenstate.models.summary import Summary, summary
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime.text_generator import KIND
from hiddenstate.settings import to_toml
from hiddenstate.tasks.generate_program import generator_program
from hiddenstate.tasks.language_baselines.registry import fit_language_baselines
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.weights import weights_of
from hiddenstate.workflows.writers.comparison import compare_language
from hiddenstate.workflows.writers.fit import fit_writer
from hiddenstate.workflows.writers.report import WriterFacts, card, report
from hiddenstate.workflows.writers.run_settings import WriterRun


def book_of(source: Source) -> Book:
    """The text of a file. Raises `InputError` for anything else, and as `read_book`."""
    if isinstance(source, Book):
        return source
    try:
        return read_book(source)
    except TypeError:
        raise InputError(
            f"expected the path of a text, got {type(source).__name__}. Write the text to a file."
        ) from None


def train_writer(source: Source, run: WriterRun, saving: Saving) -> Trained:
    """Train on the beginning of `source`, measure on its end beside the baselines, save the bundle.

    Raises `InputError` for a text that cannot be used, `OutputError` where nothing can be written, both before any
    training.
    """
    check_target(saving.out, force=saving.force)
    parts = cut_book(book_of(source), run.split)
    fitting = Fitting.of(saving)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_writer(parts, task=run.task, network=run.model, training=run.training, fitting=fitting)
    seconds = time.perf_counter() - started
    fitting.announce("Measuring on the test text, beside the plain baselines")
    rivals = fit_language_baselines(fitted.task.units, parts.train, parts.validation)
    comparison = compare_language(
        fitted.task, fitted.model, parts.test, name=run.label, rivals=rivals, seconds=seconds
    )
    program = generator_program(fitted.model)
    facts = WriterFacts(run, parts, fitted, comparison, summarise_writer(fitted.model), program)
    outcome = comparison.outcome(facts.repairs)
    contents = Contents(
        kind=KIND,
        settings=to_toml(run),
        encoders={"task": fitted.task.to_dict()},
        weights=weights_of([fitted.model]),
        metrics=outcome.to_dict(),
        card=card(facts),
        report=report(facts),
        extra={PROGRAM: program.to_json()},
    )
    return finish(contents, outcome, saving, fitting)


def summarise_writer(model: LanguageModel) -> Summary:
    """Run the network on ten units and list its layers."""
    return summary(model, torch.zeros(1, 10, dtype=torch.int64))
