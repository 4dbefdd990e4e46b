"""The verbs for models of commands."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, final

from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_commands
from hiddenstate.data.tagged_table import TaggedTable, table_of_texts
from hiddenstate.models.summary import Summary
from hiddenstate.tasks.tag_set import in_bio
from hiddenstate.workflows.classes.lexicon import lexicon_of
from hiddenstate.workflows.classes.seen_texts import leak_line
from hiddenstate.workflows.comparing.arena import Arena
from hiddenstate.workflows.intents.answers import command_answers
from hiddenstate.workflows.intents.arena import IntentArena
from hiddenstate.workflows.intents.comparison import compare_commands
from hiddenstate.workflows.intents.ground import IntentGround
from hiddenstate.workflows.intents.network import network_of
from hiddenstate.workflows.intents.run_settings import complete
from hiddenstate.workflows.intents.saved import KIND, SavedIntents, open_intents
from hiddenstate.workflows.intents.train import summarise_task, train_intents
from hiddenstate.workflows.kind import Answers, Kind, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.tuning.ground import Ground


@final
class CommandReaders(Kind):
    """Commands: what is asked for, and with which values."""

    task = "intent"
    bundle = KIND
    needs: ClassVar[Mapping[str, str]] = {}
    """Nothing: the file says itself what is text, intent and slot."""

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`."""
        return train_intents(source, complete(values), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> Arena:
        """As `Kind.arena`."""
        return IntentArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> Ground:
        """As `Kind.ground`."""
        return IntentGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_intents(folder)
        table = in_bio(load_commands(source, saved.run.task.tokens))
        notes = (*table.notes, *leak_line(saved.seen(), table.texts))
        return compare_commands(saved.task, saved.models, table, name=saved.run.label).outcome(notes)

    def predict(self, folder: Path, source: Source) -> Answers:
        """Intent and slots of every text of a file; those that stand there are not looked at."""
        saved = open_intents(folder)
        return _answers(saved, load_commands(source, saved.run.task.tokens, labelled=False), shown=False)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """Intent and slots of `texts`, the slots as characters of each text."""
        saved = open_intents(folder)
        return _answers(saved, table_of_texts(texts, saved.run.task.tokens), shown=True)

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`."""
        saved = open_intents(folder)
        return Portable(network_of(saved), lexicon_of(saved.task.words.encoder))

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        saved = open_intents(folder)
        return summarise_task(saved.task, saved.models[0])


def _answers(saved: SavedIntents, table: TaggedTable, *, shown: bool) -> Answers:
    return command_answers(saved.task.predict(saved.models, table), shown=shown)
