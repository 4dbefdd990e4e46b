"""The verbs for text classifiers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, final

from hiddenstate.bundle import check_target
from hiddenstate.data.files import Source
from hiddenstate.data.text_table import load_texts
from hiddenstate.models.summary import Summary
from hiddenstate.workflows.classes.arena import ClassArena
from hiddenstate.workflows.classes.evaluate import evaluate_classifier
from hiddenstate.workflows.classes.ground import ClassGround
from hiddenstate.workflows.classes.lexicon import lexicon_of
from hiddenstate.workflows.classes.network import network_of
from hiddenstate.workflows.classes.predict import label_file, label_texts
from hiddenstate.workflows.classes.run_settings import complete
from hiddenstate.workflows.classes.saved import KIND, open_classifier
from hiddenstate.workflows.classes.summary import summarise
from hiddenstate.workflows.classes.train import train_classifier
from hiddenstate.workflows.comparing.arena import Arena
from hiddenstate.workflows.kind import Answers, Kind, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.tuning.ground import Ground


@final
class TextClasses(Kind):
    """Texts: which label each one gets."""

    task = "classify"
    bundle = KIND
    needs: ClassVar[Mapping[str, str]] = {"data.text": "--text", "data.target": "--target"}

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`; how long and in which batches depends on how many texts there are."""
        check_target(saving.out, force=saving.force)
        table = load_texts(source, complete(values).data)
        return train_classifier(table, complete(values, len(table)), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> Arena:
        """As `Kind.arena`."""
        return ClassArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> Ground:
        """As `Kind.ground`."""
        return ClassGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`."""
        return evaluate_classifier(folder, source)

    def predict(self, folder: Path, source: Source) -> Answers:
        """A label for every text of a file."""
        return label_file(folder, source)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """A label for every text, with the words that were looked at."""
        return label_texts(folder, texts)

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`."""
        saved = open_classifier(folder)
        return Portable(network_of(saved), lexicon_of(saved.task.encoder))

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        return summarise(folder)
