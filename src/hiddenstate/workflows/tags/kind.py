"""The verbs for taggers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, final

from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_tagged, load_untagged
from hiddenstate.data.tagged_table import TaggedTable, table_of_texts
from hiddenstate.models.summary import Summary
from hiddenstate.tasks.tag_set import in_bio
from hiddenstate.workflows.classes.lexicon import lexicon_of
from hiddenstate.workflows.classes.seen_texts import leak_line
from hiddenstate.workflows.comparing.arena import Arena
from hiddenstate.workflows.kind import Answers, Kind, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.tags.answers import tag_answers
from hiddenstate.workflows.tags.arena import TagArena
from hiddenstate.workflows.tags.comparison import compare_tags
from hiddenstate.workflows.tags.ground import TagGround
from hiddenstate.workflows.tags.network import network_of
from hiddenstate.workflows.tags.run_settings import complete
from hiddenstate.workflows.tags.saved import KIND, SavedTagger, open_tagger
from hiddenstate.workflows.tags.train import summarise_task, train_tagger
from hiddenstate.workflows.tuning.ground import Ground


@final
class Taggers(Kind):
    """Words: which tag each one gets."""

    task = "tag"
    bundle = KIND
    needs: ClassVar[Mapping[str, str]] = {}
    """Nothing: a tagged file says itself where words and tags stand."""

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`."""
        return train_tagger(source, complete(values), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> Arena:
        """As `Kind.arena`."""
        return TagArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> Ground:
        """As `Kind.ground`."""
        return TagGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_tagger(folder)
        table = in_bio(load_tagged(source, saved.run.data))
        notes = (*table.notes, *leak_line(saved.seen(), table.texts))
        return compare_tags(saved.task, saved.models, table, name=saved.run.label).outcome(notes)

    def predict(self, folder: Path, source: Source) -> Answers:
        """A tag for every word of a file; tags there are not looked at."""
        saved = open_tagger(folder)
        return _answers(saved, load_untagged(source, saved.run.data, saved.run.task.tokens), shown=False)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """A tag for every word of `texts`, which are cut as the settings say."""
        saved = open_tagger(folder)
        return _answers(saved, table_of_texts(texts, saved.run.task.tokens), shown=True)

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`."""
        saved = open_tagger(folder)
        return Portable(network_of(saved.models), lexicon_of(saved.task.encoder))

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        saved = open_tagger(folder)
        return summarise_task(saved.task, saved.models[0])


def _answers(saved: SavedTagger, table: TaggedTable, *, shown: bool) -> Answers:
    return tag_answers(saved.task.predict(saved.models, table), shown=shown)
