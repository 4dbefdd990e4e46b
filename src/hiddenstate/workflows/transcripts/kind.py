"""The verbs for transcribers."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, final

from hiddenstate.bundle import open_kind
from hiddenstate.data.files import Source
from hiddenstate.data.transcripts import Utterances, load_transcripts
from hiddenstate.errors import InputError
from hiddenstate.models.summary import Summary
from hiddenstate.records.transcription import Transcription
from hiddenstate.runtime.session import TRANSCRIBER
from hiddenstate.workflows.comparing.arena import Arena
from hiddenstate.workflows.kind import Answers, Kind, Partial, Portable, Saving, Values
from hiddenstate.workflows.outcome import Outcome, Trained
from hiddenstate.workflows.transcripts.answers import answer_recordings
from hiddenstate.workflows.transcripts.arena import TranscribeArena
from hiddenstate.workflows.transcripts.comparison import compare_transcripts
from hiddenstate.workflows.transcripts.ground import TranscribeGround
from hiddenstate.workflows.transcripts.network import network_of
from hiddenstate.workflows.transcripts.partial import partial_texts
from hiddenstate.workflows.transcripts.run_settings import complete
from hiddenstate.workflows.transcripts.saved import open_transcriber
from hiddenstate.workflows.transcripts.train import summarise_task, train_transcriber
from hiddenstate.workflows.tuning.ground import Ground


@final
class Transcribers(Kind):
    """Recordings: what is said in them."""

    task = "transcribe"
    bundle = TRANSCRIBER
    needs: ClassVar[Mapping[str, str]] = {}
    """Nothing: the columns are called file and text unless something else is said."""

    def train(self, source: Source, values: Values, saving: Saving) -> Trained:
        """As `Kind.train`."""
        return train_transcriber(source, complete(values), saving)

    def arena(self, source: Source, values: Values, metric: str | None) -> Arena:
        """As `Kind.arena`."""
        return TranscribeArena.of(source, values, metric)

    def ground(self, source: Source, values: Values, metric: str | None) -> Ground:
        """As `Kind.ground`."""
        return TranscribeGround.of(source, values, metric)

    def evaluate(self, folder: Path, source: Source) -> Outcome:
        """As `Kind.evaluate`; the plain baselines stand in the model's report."""
        saved = open_transcriber(folder)
        table = load_transcripts(source, saved.run.data, saved.run.frontend)
        return compare_transcripts(saved.task, saved.models, table, name=saved.run.label).outcome()

    def predict(self, folder: Path, source: Source) -> Answers:
        """What is said in one recording, or in each of a table of them; texts there are not looked at."""
        saved = open_transcriber(folder)

        def transcribe(table: Utterances) -> Transcription:
            return saved.task.predict(saved.models, table)

        return answer_recordings(transcribe, source, saved.run.data, saved.run.frontend)

    def partial(self, folder: Path, source: Path) -> Iterator[Partial]:
        """As `Kind.partial`."""
        return partial_texts(open_kind(folder, TRANSCRIBER), source)

    def answer(self, folder: Path, texts: Sequence[str]) -> Answers:
        """Raises `InputError`: a transcriber reads recordings."""
        raise InputError("--text: expected a recording or a table of recordings, got texts. Name a file.")

    def portable(self, folder: Path) -> Portable:
        """As `Kind.portable`."""
        return Portable(network_of(open_transcriber(folder)))

    def summarise(self, folder: Path) -> Summary:
        """As `Kind.summarise`."""
        saved = open_transcriber(folder)
        return summarise_task(saved.task, saved.models[0])
