"""Transcripts as people and programs read them."""

from typing import Any

import polars as pl

from hiddenstate.records.transcription import Transcription


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
