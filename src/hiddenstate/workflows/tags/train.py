"""From a tagged file to a trained, compared and saved tagger."""

import time

from torch import nn

from hiddenstate.bundle import Contents, check_target, program_file
from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_tagged
from hiddenstate.data.tagged_table import TaggedTable, table_of_texts
from hiddenstate.models.summary import Summary, summary
from hiddenstate.settings import to_toml
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.tasks.tag_program import tagging_program
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.classes.seen_texts import FILE, SeenTexts
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.tags.comparison import compare_tags
from hiddenstate.workflows.tags.fit import fit_tags
from hiddenstate.workflows.tags.parts import read_tagged_parts
from hiddenstate.workflows.tags.report import TagFacts, card, report
from hiddenstate.workflows.tags.run_settings import TagRun
from hiddenstate.workflows.tags.saved import KIND
from hiddenstate.workflows.weights import weights_of

EXAMPLE = "ten words stand here so that there is a shape"


def train_tagger(source: Source | TaggedTable, run: TagRun, saving: Saving) -> Trained:
    """Train on `source`, measure on its test rows beside the baselines, save the bundle.

    Raises `InputError` for data that cannot be used, `OutputError` where nothing can be written, both before any
    training.
    """
    check_target(saving.out, force=saving.force)
    parts = read_tagged_parts(source, run.split, lambda file: load_tagged(file, run.data))
    vectors = gather_vectors(run.data.vectors, parts.train.texts, run.task.tokens, seed=run.training.seed)
    fitting = Fitting.of(saving)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_tags(
            parts.train,
            parts.validation,
            task=run.task,
            network=run.model,
            training=run.training,
            vectors=vectors,
            fitting=fitting,
        )
    seconds = time.perf_counter() - started
    fitting.announce("Measuring on the test rows, beside the plain baselines")
    rivals = fit_tag_baselines(parts.train, parts.validation)
    comparison = compare_tags(
        fitted.task, fitted.models, parts.test, name=run.label, rivals=rivals, seconds=seconds
    )
    facts = TagFacts(run, parts, fitted, comparison, summarise_task(fitted.task, fitted.models[0]))
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
            **program_file(lambda: tagging_program(fitted.task, fitted.models)),
        },
    )
    return finish(contents, outcome, saving, fitting)


def summarise_task(task: TagTask, model: nn.Module) -> Summary:
    """Run the network on a text of ten words and list its layers."""
    (batch,) = task.batches(table_of_texts([EXAMPLE], task.settings.tokens), batch_size=1).epoch(1)
    return summary(model, batch)
