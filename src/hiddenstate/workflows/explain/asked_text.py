"""The text that is asked about: whether it has words, which of them the model knows, and how it is quoted."""

from collections.abc import Sequence

from hiddenstate.data.text_batches import EncodedTexts
from hiddenstate.data.vocabulary import UNKNOWN
from hiddenstate.errors import InputError


def unknown_words(
    text: str, tokens: Sequence[str], encoded: EncodedTexts, *, alike: str = "any of them"
) -> list[str]:
    """The `tokens` of the only text in `encoded` that the model does not know.

    Raises `InputError` for a text without words, and with none that the model knows by itself or by its letters;
    `alike` says for which other texts the answer would be the same.
    """
    numbers = encoded.words[0]
    if not len(numbers):
        raise InputError(f'text: expected at least one word, got "{text}". Give a text.')
    known_letters = encoded.form_grams is not None and bool(encoded.form_grams.lengths.any())
    unknown = [token for token, number in zip(tokens, numbers, strict=False) if number == UNKNOWN]
    if len(unknown) == len(numbers) and not known_letters:
        listed = ", ".join(dict.fromkeys(unknown[:5]))
        raise InputError(
            f"text: expected at least one word that the model knows, got only unknown ones ({listed}): its answer "
            f"would be the same for {alike}. Give a text in the language and of the kind that it learnt from."
        )
    return unknown


def words_read(count: int, unknown: Sequence[str]) -> str:
    """How many words were read, and which of them training never showed."""
    read = f"{count} {'word' if count == 1 else 'words'} read."
    return f"{read} Not known from training: {', '.join(dict.fromkeys(unknown))}." if unknown else read


def quoted(text: str, networks: int = 1, most: int = 80) -> str:
    """The text in one short line, and which of several networks the page looks into."""
    text = " ".join(text.split())
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    return f"“{short}”, read by network 1 of {networks}" if networks > 1 else f"“{short}”"
