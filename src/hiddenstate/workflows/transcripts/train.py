"""From recordings with texts to a trained, compared and saved transcriber."""

import time

import numpy as np
from torch import nn

from hiddenstate.bundle import Contents, check_target, program_file
from hiddenstate.data.files import Source
from hiddenstate.data.transcripts import Utterances
from hiddenstate.models.summary import Summary, summary
from hiddenstate.runtime.session import TRANSCRIBER
from hiddenstate.settings import to_toml
from hiddenstate.tasks.transcribe import TranscribeTask
from hiddenstate.tasks.transcribe_program import transcription_program
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.finish import finish
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Trained
from hiddenstate.workflows.transcripts.comparison import compare_transcripts
from hiddenstate.workflows.transcripts.fit import fit_transcripts
from hiddenstate.workflows.transcripts.parts import read_transcript_parts
from hiddenstate.workflows.transcripts.report import TranscriptFacts, card, report
from hiddenstate.workflows.transcripts.run_settings import TranscriptRun
from hiddenstate.workflows.weights import weights_of

EXAMPLE_FRAMES = 300


def train_transcriber(source: Source, run: TranscriptRun, saving: Saving) -> Trained:
    """Train on `source`, measure on its test rows beside the baselines, save the bundle.

    Raises `InputError` for data that cannot be used, `OutputError` where nothing can be written, both before any
    training.
    """
    check_target(saving.out, force=saving.force)
    parts = read_transcript_parts(source, run.data, run.frontend, run.split)
    fitting = Fitting.of(saving)
    started = time.perf_counter()
    with limited_threads(run.training.threads):
        fitted = fit_transcripts(
            parts.train,
            parts.validation,
            task=run.task,
            network=run.model,
            augment=run.augment,
            training=run.training,
            fitting=fitting,
        )
    seconds = time.perf_counter() - started
    fitting.announce("Measuring on the test rows, beside the plain baselines")
    comparison = compare_transcripts(
        fitted.task, fitted.models, parts.test, name=run.label, train=parts.train, seconds=seconds
    )
    facts = TranscriptFacts(run, parts, fitted, comparison, summarise_task(fitted.task, fitted.models[0]))
    outcome = comparison.outcome(fitted.notes)
    contents = Contents(
        kind=TRANSCRIBER,
        settings=to_toml(run),
        encoders={"task": fitted.task.to_dict()},
        weights=weights_of(fitted.models),
        metrics=outcome.to_dict(),
        card=card(facts),
        report=report(facts),
        extra=program_file(lambda: transcription_program(fitted.task, fitted.models, run.frontend)),
    )
    return finish(contents, outcome, saving, fitting)


def summarise_task(task: TranscribeTask, model: nn.Module) -> Summary:
    """Run the network on three seconds of nothing and list its layers."""
    frames = np.zeros((EXAMPLE_FRAMES, task.coder.features), dtype=np.float32)
    (batch,) = task.batches(Utterances(("",), (frames,), None, ""), batch_size=1).epoch(1)
    return summary(model, batch)
