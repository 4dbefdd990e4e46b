"""Transcripts as people and programs read them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from hiddenstate.data.files import Source
from hiddenstate.data.recordings import ENDINGS
from hiddenstate.data.sound import FrontendSettings
from hiddenstate.data.transcripts import TranscriptSettings, Utterances, load_recording, load_transcripts
from hiddenstate.records.transcription import Transcription
from hiddenstate.workflows.answers import Answers


def answer_recordings(
    transcribe: Callable[[Utterances], Transcription],
    source: Source,
    files: TranscriptSettings,
    frontend: FrontendSettings,
) -> Answers:
    """What is said in one recording, or in each of a table of them; texts there are not looked at."""
    single = isinstance(source, Path | str) and Path(source).suffix.lower() in ENDINGS
    if isinstance(source, Path | str) and single:
        table = load_recording(Path(source), frontend)
    else:
        table = load_transcripts(source, files, frontend, with_texts=False)
    result = transcribe(table)
    shown = transcript_lines(result, 0) if single else []
    return Answers(transcript_table(result), shown, transcript_records(result))


def transcript_table(result: Transcription) -> pl.DataFrame:
    """One row a recording: its file and what is said."""
    return pl.DataFrame(
        {"file": result.files, "text": result.texts}, schema={"file": pl.String, "text": pl.String}
    )


def transcript_lines(result: Transcription, row: int) -> list[str]:
    """The text of one recording, and below it each word with its seconds."""
    return [
        result.texts[row] or "(nothing heard)",
        *(f"  {word.start:7.2f} - {word.stop:7.2f} s  {word.text}" for word in result.words[row]),
    ]


def transcript_records(result: Transcription) -> list[dict[str, Any]]:
    """One object a recording: file, text, words with their seconds."""
    return [
        {
            "file": file,
            "text": text,
            "words": [{"text": word.text, "start": word.start, "stop": word.stop} for word in words],
        }
        for file, text, words in zip(result.files, result.texts, result.words, strict=True)
    ]
