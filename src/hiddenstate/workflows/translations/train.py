"""From a file of pairs to a trained, compared and saved translator."""

import time

from torch import nn

from hiddenstate.bundle import Contents, check_target
from hiddenstate.data.files import Source
from hiddenstate.data.pairs import PairTable
from hiddenstate.models.summary import Summary, summary
from hiddenstate.runtime.translator import KIND
from hiddenstate.settings import to_toml
from hiddenstate.tasks.translate import TranslateTask
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.translations.comparison import compare_translations
from hiddenstate.workflows.translations.fit import fit_translator, fit_weights, without_attention
from hiddenstate.workflows.translations.parts import PairParts, read_pair_parts
from hiddenstate.workflows.translations.report import TranslatorFacts, card, report
from hiddenstate.workflows.translations.run_settings import TranslateRun, network_label
from hiddenstate.workflows.weights import weights_of

EXAMPLE = "ten words stand here so that there is a shape"


def train_translator(source: Source, run: TranslateRun, saving: Saving) -> Trained:
    """Train on `source`, measure on its test pairs beside the baselines, save the bundle.

    Raises `InputError` for data that cannot be used, `OutputError` where nothing can be written, both before any
    training.
    """
    check_target(saving.out, force=saving.force)
    parts = read_pair_parts(source, run)
    fitting = Fitting.of(saving)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_translator(
            parts.train,
            parts.validation,
            task=run.task,
            network=run.model,
            training=run.training,
            fitting=fitting,
        )
    seconds = time.perf_counter() - started
    wanted = run.task.twin and run.model.attention != "none"
    others = twin(fitted.task, parts, run, fitting) if wanted else {}
    fitting.announce("Measuring on the test pairs, beside the plain baselines")
    comparison = compare_translations(
        fitted.task,
        fitted.model,
        parts.test,
        name=run.label,
        search=run.search,
        seconds=seconds,
        train=parts.train,
        others=others,
    )
    facts = TranslatorFacts(run, parts, fitted, comparison, summarise_task(fitted.task, fitted.model))
    outcome = comparison.outcome(facts.repairs)
    contents = Contents(
        kind=KIND,
        settings=to_toml(run),
        encoders={"task": fitted.task.to_dict()},
        weights=weights_of([fitted.model]),
        metrics=outcome.to_dict(),
        card=card(facts),
        report=report(facts),
    )
    return finish(contents, outcome, saving, fitting)


def twin(
    task: TranslateTask, parts: PairParts, run: TranslateRun, fitting: Fitting
) -> dict[str, tuple[str, ...]]:
    """What the same network without attention writes for the test sources, trained on the same pieces as `task`'s."""
    network = without_attention(run.model)
    with limited_threads(run.training.threads):
        fitted = fit_weights(
            task.with_network(network),
            parts.train,
            parts.validation,
            training=run.training,
            fitting=fitting,
            name="twin",
        )
    result = fitted.task.translate(fitted.model, parts.test.sources, run.search)
    return {network_label(network): result.targets}


def summarise_task(task: TranslateTask, model: nn.Module) -> Summary:
    """Run the network on a text of ten words and list its layers."""
    (batch,) = task.batches(PairTable("", (EXAMPLE,), (EXAMPLE,)), batch_size=1).epoch(1)
    return summary(model, batch)
