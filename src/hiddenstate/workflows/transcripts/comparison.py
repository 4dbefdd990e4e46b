"""The transcriber beside the plain baselines, on the same test recordings."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from hiddenstate.data.transcripts import Utterances
from hiddenstate.records import Score
from hiddenstate.records.transcription import Transcription
from hiddenstate.tasks.transcribe import TranscribeTask
from hiddenstate.tasks.transcript_baselines import MostFrequentTranscript, NearestRecording
from hiddenstate.tasks.transcription_metrics import transcription_metrics
from hiddenstate.tasks.transcription_verdict import judge_transcripts
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.outcome import Outcome

COLUMNS = ("wer", "cer", "text_accuracy")
BASELINES = (MostFrequentTranscript, NearestRecording)


@dataclass(frozen=True)
class TranscriptComparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first."""
    verdict: Verdict | None
    result: Transcription
    """The model's answers."""
    unknown: Mapping[str, int]
    """Characters of the test texts that training never showed."""
    speakers: tuple[Score, ...] = ()
    """The model's figures for each group of recordings."""

    def outcome(self, repairs: Sequence[str] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        notes = []
        if self.unknown:
            listing = ", ".join(f'"{letter}" ({count})' for letter, count in self.unknown.items())
            notes.append(f"Characters that training never showed, all counted as wrong: {listing}.")
        return Outcome(
            scores=self.scores,
            columns=COLUMNS,
            basis="the same recordings",
            verdict=self.verdict,
            notes=tuple(notes),
            repairs=tuple(repairs),
            rows=len(self.result.texts),
            facts={"groups": {score.name: score.metrics for score in self.speakers}} if self.speakers else {},
        )


def compare_transcripts(
    task: TranscribeTask,
    models: Sequence[nn.Module],
    test: Utterances,
    *,
    name: str,
    train: Utterances | None = None,
    seconds: float | None = None,
) -> TranscriptComparison:
    """Transcribe `test` and measure the answers; with `train` those of the baselines, too."""
    result = task.predict(models, test)
    truth = test.known_texts()
    answers: dict[str, Sequence[str]] = {name: result.texts}
    scores = [Score(name, transcription_metrics(truth, result.texts), is_model=True, seconds=seconds)]
    for baseline in BASELINES if train is not None else ():
        assert train is not None
        started = time.perf_counter()
        own = answers[baseline.name] = baseline().fit(train).predict(test)
        scores.append(
            Score(baseline.name, transcription_metrics(truth, own), seconds=time.perf_counter() - started)
        )
    unknown = Counter(letter for text in truth for letter in task.alphabet.unknown(text))
    return TranscriptComparison(
        scores=tuple(scores),
        verdict=judge_transcripts(name, truth, answers) if train is not None else None,
        result=result,
        unknown=dict(unknown),
        speakers=tuple(_by_group(test, result.texts)),
    )


def _by_group(test: Utterances, answers: Sequence[str]) -> list[Score]:
    """The figures of each group, the worst first."""
    if test.groups is None:
        return []
    truth = test.known_texts()
    scores = []
    for group in sorted(set(test.groups)):
        rows = [row for row, own in enumerate(test.groups) if own == group]
        scores.append(
            Score(group, transcription_metrics([truth[row] for row in rows], [answers[row] for row in rows]))
        )
    return sorted(scores, key=lambda score: -score.metrics["wer"])
