"""The translator beside the plain baselines, on the same test sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from hiddenstate.data.pairs import PairTable
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import EncoderDecoder
from hiddenstate.records import Score, Translation
from hiddenstate.tasks.translate import TranslateTask
from hiddenstate.tasks.translation_baselines.copy_source import CopySource
from hiddenstate.tasks.translation_baselines.nearest_pair import NearestPair
from hiddenstate.tasks.translation_metrics import sentence_chrf, signatures, translation_metrics
from hiddenstate.tasks.translation_verdict import judge_translations
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.outcome import Outcome

COLUMNS = ("bleu", "chrf", "bleu_lower", "bleu_moses")
BASELINES = (CopySource, NearestPair)
LOWERED = (
    "The model writes in lower case (task.lower_case is both): references and the answers of baselines were put into "
    "lower case before anything was measured."
)


@dataclass(frozen=True)
class TranslationComparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first."""
    verdict: Verdict | None
    """None where there is no baseline."""
    result: Translation
    """The model's answers."""
    truth: tuple[str, ...]
    """What was right; in lower case where the model writes so."""
    signatures: tuple[str, ...]
    """Of sacrebleu: what exactly was measured."""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What everyone wrote, by name; the model first."""
    search: BeamSettings = field(default_factory=BeamSettings)
    lowered: bool = False
    """Whether references and the answers of baselines were lowered first."""

    @property
    def measured(self) -> tuple[str, ...]:
        """How, in words."""
        lines = (
            f"Searched with a beam of {self.search.beam}.",
            *(f"Measured as {signature}" for signature in self.signatures),
        )
        return (*lines, LOWERED) if self.lowered else lines

    def outcome(self, repairs: Sequence[str] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        return Outcome(
            scores=self.scores,
            columns=COLUMNS,
            basis=f"the same sentences, beam {self.search.beam}",
            verdict=self.verdict,
            notes=self.measured,
            repairs=tuple(repairs),
            rows=len(self.truth),
            facts={
                "beam": self.search.beam,
                "signatures": list(self.signatures),
                "lowered": self.lowered,
            },
        )


def compare_translations(
    task: TranslateTask,
    model: EncoderDecoder,
    test: PairTable,
    *,
    name: str,
    search: BeamSettings,
    seconds: float | None = None,
    train: PairTable | None = None,
    others: Mapping[str, tuple[str, ...]] | None = None,
) -> TranslationComparison:
    """Translate `test` and measure it; with `train` also what the baselines make of it.

    `others`: answers of other networks by name, measured beside it but no baseline of the verdict.
    """
    result = task.translate(model, test.sources, search)
    truth = tuple(task.settings.cased(text, "target") for text in test.targets)
    answers = {name: result.targets, **(others or {})}
    spent: dict[str, float | None] = {name: seconds}
    for kind in BASELINES if train is not None else ():
        started = perf_counter()
        own = kind().fit(train).predict(test.sources) if train is not None else ()
        answers[kind.name] = tuple(task.settings.cased(text, "target") for text in own)
        spent[kind.name] = perf_counter() - started
    scores = tuple(
        Score(each, translation_metrics(own, truth), is_model=each == name, seconds=spent.get(each))
        for each, own in answers.items()
    )
    judged = {each: sentence_chrf(own, truth) for each, own in answers.items() if each not in (others or {})}
    return TranslationComparison(
        scores,
        judge_translations(name, judged) if len(judged) > 1 else None,
        result,
        truth,
        signatures(result.targets, truth),
        answers,
        search,
        task.settings.lower_case == "both",
    )
