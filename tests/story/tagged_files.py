"""Small tagged sentences whose tags can be learnt."""

import numpy as np

from hiddenstate.data.conll import conll_text
from hiddenstate.data.intents import commands_text
from hiddenstate.data.tagged_table import TaggedTable, table_of_words

CITIES = ["boston", "new york", "dallas", "san jose", "denver"]


def flights(count=60, seed=0):
    """Sentences in which "from" and "to" say what a city is, with intents; BIO."""
    random = np.random.default_rng(seed)
    sentences, tags, intents = [], [], []
    for number in range(count):
        fare = number % 2 == 0
        words = ["fares"] if fare else ["flights"]
        row = ["O"]
        for preposition in random.permutation(["from", "to"]):
            city = str(random.choice(CITIES)).split()
            words += [str(preposition), *city]
            row += ["O", f"B-{preposition}", *[f"I-{preposition}"] * (len(city) - 1)]
        words.append(str(random.choice(["today", "Monday", "!"])))
        sentences.append(words)
        tags.append([*row, "O"])
        intents.append("fare" if fare else "flight")
    table = table_of_words(sentences, tags, "flights")
    return TaggedTable(table.texts, table.words, table.tags, table.source, tuple(intents))


TINY = [
    "--hidden-size", "16", "--epochs", "12", "--batch-size", "4", "--learning-rate", "0.02",
    "--set", "model.embedding_size=12", "--set", "model.character_size=8",
    "--set", "model.embedding_dropout=0.1", "--set", "model.output_dropout=0.1", "--seed", "3", "--quiet",
]  # fmt: skip


def write_conll(path, table):
    """The table as a file of columns."""
    rows = zip(table.words, table.tags, strict=True)
    path.write_text(
        conll_text([([word.form for word in words], tags) for words, tags in rows]), encoding="utf-8"
    )
    return path


def write_commands(path, table):
    """The table as JSON Lines."""
    path.write_text(commands_text(table), encoding="utf-8")
    return path
