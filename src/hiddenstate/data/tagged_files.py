"""Tagged sentences from whatever file they come in: the ending and the first row say what it is."""

from pathlib import Path

from hiddenstate.data.conll import looks_like_conll_u, read_columns, read_conll_u
from hiddenstate.data.files import JSON_LINES, PACKED, Source
from hiddenstate.data.intents import is_atis, read_atis, read_commands
from hiddenstate.data.tagged_table import TagFileSettings, TaggedTable
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import InputError


def load_tagged(source: Source, settings: TagFileSettings) -> TaggedTable:
    """CoNLL-U, or columns with a blank line between sentences; plain or in gzip.

    Raises `InputError` for what is no path, and as `read_conll_u` and `read_columns`.
    """
    path = path_of(source)
    return read_conll_u(path, settings) if looks_like_conll_u(path) else read_columns(path, settings)


def load_untagged(source: Source, settings: TagFileSettings, tokens: TokenSettings) -> TaggedTable:
    """The words of the same files, whose tags are not looked at; or the texts of a JSON Lines file."""
    path = path_of(source)
    if is_json_lines(path):
        return read_commands(path, tokens, labelled=False)
    if looks_like_conll_u(path):
        table = read_conll_u(path, TagFileSettings(column="form", longest_sentence=settings.longest_sentence))
        return TaggedTable(table.texts, table.words, None, table.source)
    return read_columns(path, settings, tagged=False)


def load_commands(source: Source, tokens: TokenSettings, *, labelled: bool = True) -> TaggedTable:
    """JSON Lines with texts, intents and slots, or a folder of ATIS. Raises `InputError` as they do."""
    path = path_of(source)
    return read_atis(path) if is_atis(path) else read_commands(path, tokens, labelled=labelled)


def is_json_lines(path: Path) -> bool:
    """Whether the name ends as that of a JSON Lines file."""
    return path.name.lower().removesuffix(PACKED).endswith(JSON_LINES)


def path_of(source: Source) -> Path:
    """The path; raises `InputError` for a data frame."""
    if not isinstance(source, Path | str):
        raise InputError(
            f"expected the path of a tagged file, got {type(source).__name__}. Write it to a file first."
        )
    return Path(source)
