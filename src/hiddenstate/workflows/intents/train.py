"""From a file of commands to a trained, compared and saved model of their intents and slots."""

import time
from dataclasses import replace

from torch import nn

from hiddenstate.bundle import Contents, check_target, program_file
from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_commands
from hiddenstate.data.tagged_table import TaggedTable, table_of_texts
from hiddenstate.data.text_table import TextTable
from hiddenstate.models.summary import Summary, summary
from hiddenstate.settings import to_toml
from hiddenstate.tasks.intent import IntentTask, first_intents
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.tasks.tag_program import commands_program
from hiddenstate.tasks.text_baselines.baseline import TextBaselineSettings
from hiddenstate.tasks.text_baselines.registry import fit_text_baselines
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.classes.seen_texts import FILE, SeenTexts
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.intents.comparison import compare_commands
from hiddenstate.workflows.intents.fit import fit_intents
from hiddenstate.workflows.intents.report import IntentFacts, card, report
from hiddenstate.workflows.intents.run_settings import IntentRun
from hiddenstate.workflows.intents.saved import KIND
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.tags.parts import read_tagged_parts
from hiddenstate.workflows.tags.train import EXAMPLE
from hiddenstate.workflows.weights import weights_of

BASELINES = ("majority", "tfidf_logistic_regression")
"""For the intents; in the order of those for the slots, beside which they stand."""


def train_intents(source: Source | TaggedTable, run: IntentRun, saving: Saving) -> Trained:
    """Train on `source`, measure on its test rows beside the baselines, save the bundle.

    Raises `InputError` for data that cannot be used, `OutputError` where nothing can be written, both before any
    training.
    """
    check_target(saving.out, force=saving.force)
    parts = read_tagged_parts(source, run.split, lambda file: load_commands(file, run.task.tokens))
    vectors = gather_vectors(run.data.vectors, parts.train.texts, run.task.tokens, seed=run.training.seed)
    fitting = Fitting.of(saving)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_intents(
            parts.train,
            parts.validation,
            task=(run.task, run.intents),
            network=(run.model, run.intent),
            training=run.training,
            vectors=vectors,
            fitting=fitting,
        )
    seconds = time.perf_counter() - started
    fitting.announce("Measuring on the test rows, beside the plain baselines")
    texts = fit_text_baselines(
        labelled(parts.train, run),
        labelled(parts.validation, run),
        fitted.task.labels,
        settings=TextBaselineSettings(tokens=run.task.tokens),
        names=BASELINES,
    )
    tags = fit_tag_baselines(parts.train, parts.validation)
    comparison = compare_commands(
        fitted.task, fitted.models, parts.test, name=run.label, rivals=(texts, tags), seconds=seconds
    )
    facts = IntentFacts(run, parts, fitted, comparison, summarise_task(fitted.task, fitted.models[0]))
    outcome = comparison.outcome(facts.repairs)
    contents = Contents(
        kind=KIND,
        settings=to_toml(run),
        encoders={"task": fitted.task.to_dict()},
        weights=weights_of(fitted.models),
        metrics=outcome.to_dict(),
        card=card(facts),
        report=report(facts),
        extra={
            FILE: SeenTexts.of(parts.train.texts + parts.validation.texts).to_bytes(),
            **program_file(lambda: commands_program(fitted.task, fitted.models)),
        },
    )
    return finish(contents, outcome, saving, fitting)


def summarise_task(task: IntentTask, model: nn.Module) -> Summary:
    """Run the network on a text of ten words and list its layers."""
    table = table_of_texts([EXAMPLE], task.words.settings.tokens)
    (batch,) = task.batches(table, batch_size=1).epoch(1)
    return summary(model, batch)


def labelled(table: TaggedTable, run: IntentRun) -> TextTable:
    """The texts with the intent that is learnt."""
    return replace(table.plain(), labels=tuple(first_intents(table, run.intents)))
