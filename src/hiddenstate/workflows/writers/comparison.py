"""The language model beside the plain baselines, on the same text."""

from collections.abc import Sequence
from dataclasses import dataclass

from hiddenstate.models.language_model import LanguageModel
from hiddenstate.records import Score
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.tasks.language_baselines.registry import LanguageRival
from hiddenstate.tasks.language_verdict import judge_language
from hiddenstate.tasks.surprise import Surprise
from hiddenstate.tasks.verdict import Verdict
from hiddenstate.workflows.outcome import Outcome

COLUMNS = ("bits_per_char", "nats_per_char", "perplexity", "bits_per_char_windows")


@dataclass(frozen=True)
class LanguageComparison:
    """Scores of model and baselines, and what they say."""

    scores: tuple[Score, ...]
    """The model first."""
    verdict: Verdict | None
    """None where there is no baseline."""
    surprise: Surprise
    """The model's."""
    notes: tuple[str, ...]

    def outcome(self, repairs: Sequence[str] = ()) -> Outcome:
        """The same for the terminal and ``metrics.json``."""
        return Outcome(
            scores=self.scores,
            columns=COLUMNS,
            basis=f"the same {self.surprise.characters:,} characters",
            verdict=self.verdict,
            notes=self.notes,
            repairs=tuple(repairs),
            rows=len(self.surprise.nats),
        )


def measured_text(task: GenerateTask, text: str) -> tuple[str, tuple[str, ...]]:
    """What is measured of `text`, and what happens to units that training never showed, in words."""
    unseen = task.units.unseen(text)
    if not unseen:
        return text, ()
    count, unit = sum(unseen.values()), task.settings.units.unit
    if unit == "char":
        listing = ", ".join(f"{character!r}" for character in list(unseen)[:5])
        kept = "".join(character for character in text if character not in unseen)
        return kept, (f"{count:,} characters that training never showed were left out: {listing}.",)
    return text, (
        f"{count:,} {unit}s that training never showed, or too seldom, count as one unknown unit, which is easier to "
        "foretell than they are.",
    )


def compare_language(
    task: GenerateTask,
    model: LanguageModel,
    text: str,
    *,
    name: str,
    rivals: Sequence[LanguageRival] = (),
    seconds: float | None = None,
) -> LanguageComparison:
    """Measure how much `text` surprises the model and `rivals`."""
    text, unseen = measured_text(task, text)
    notes = [
        f"Short memory: emptied every {task.settings.short_window} {task.settings.units.unit}s; all other figures "
        "carry it over the whole text.",
        *unseen,
    ]
    found = {name: task.measure(model, text)}
    scores = [Score(name, found[name].metrics(), is_model=True, seconds=seconds)]
    for rival in rivals:
        found[rival.name] = rival.measure(task.units, text)
        scores.append(Score(rival.name, found[rival.name].metrics(), seconds=rival.seconds))
    verdict = judge_language(name, found) if len(found) > 1 else None
    return LanguageComparison(tuple(scores), verdict, found[name], tuple(notes))
