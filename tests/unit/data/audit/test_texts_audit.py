"""A planted leak of each kind is found in texts, and clean texts give no finding."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.audit.finding import Audit
from hiddenstate.data.audit.near_texts import near_texts, plain
from hiddenstate.data.audit.texts import audit_texts
from hiddenstate.data.text_split import TextSplitSettings, split_texts
from hiddenstate.data.text_table import TextTable, table_of

WORDS = "river market doctor winter garden letter window school bridge silver broken quiet under early mother".split()


def texts(count, seed):
    random = np.random.default_rng(seed)
    return [
        " ".join(random.choice(WORDS, size=12)) + f" number {seed} {random.integers(10**9)}"
        for _ in range(count)
    ]


def parts(test=(), groups=None):
    """Three clean parts, the test part followed by `test` rows."""
    tables = {}
    for seed, name in enumerate(("training", "validation", "test")):
        rows = texts(80, seed) + (list(test) if name == "test" else [])
        labels = ["good" if row % 2 else "bad" for row in range(len(rows))]
        tables[name] = table_of(rows, labels)
        if groups is not None:
            of = tuple(f"{groups[name]}{row % 9}" for row in range(len(rows)))
            tables[name] = TextTable(tables[name].texts, tables[name].labels, "texts", groups=of)
    return tables


def audited(tables):
    return {finding.check: finding for finding in Audit.of(audit_texts(tables)).findings}


def test_clean_texts_give_no_finding():
    groups = {"training": "a", "validation": "b", "test": "c"}
    assert {finding.level for finding in audited(parts(groups=groups)).values()} == {"fine"}


def test_an_equal_text_is_a_leak():
    found = audited(parts(test=[texts(1, 0)[0].upper()]))["duplicates"]
    assert (found.level, found.count) == ("leak", 1)
    assert "1 of 81 test texts (1.2 %) also stand in the training rows" in found.text


def test_a_nearly_equal_text_deserves_a_look():
    original = texts(1, 0)[0]
    found = audited(parts(test=[original.replace("number", "numbers") + "!"]))["near-duplicates"]
    assert (found.level, found.count) == ("look", 1)
    assert original[:40] in found.examples[0]


def test_a_group_in_two_parts_is_a_leak():
    found = audited(parts(groups={"training": "a", "validation": "b", "test": "a"}))["groups"]
    assert (found.level, found.count) == ("leak", 9)
    assert "9 groups have rows in both training and test" in found.text


def test_labels_that_stand_in_their_texts_are_a_leak():
    tables = parts()
    told = {
        name: table_of([f"{text} ({label})" for text, label in zip(t.texts, t.labels, strict=True)], t.labels)
        for name, t in tables.items()
    }
    assert audited(told)["labels in texts"].level == "leak"
    half = {
        name: table_of(
            [
                f"{text} {label if row % 10 < 7 else ''}"
                for row, (text, label) in enumerate(zip(t.texts, t.labels, strict=True))
            ],
            t.labels,
        )
        for name, t in tables.items()
    }
    assert audited(half)["labels in texts"].level == "look"


def test_a_label_word_that_stands_everywhere_gives_nothing_away():
    tables = {
        name: table_of([f"{text} good or bad" for text in t.texts], t.labels) for name, t in parts().items()
    }
    assert audited(tables)["labels in texts"].level == "fine"


def test_groups_stay_together_and_so_do_equal_texts():
    rows = texts(300, 1)
    rows[7] = rows[250]  # joins their two groups
    groups = tuple(f"author {row // 5}" if row % 3 else "" for row in range(300))
    table = table_of(rows, ["a" if row % 2 else "b" for row in range(300)])
    table = TextTable(table.texts, table.labels, "texts", groups=groups)
    split = split_texts(table, TextSplitSettings(validation=0.2, test=0.2))
    named = {name: getattr(split, name) for name in ("train", "validation", "test")}
    assert sum(map(len, named.values())) == 300
    assert len(named["validation"]) in range(50, 66)
    assert {finding.level for finding in audit_texts(named)} == {"fine"}
    alone = [group for part in named.values() for group in part.groups if not group]
    assert len(alone) == 100


def test_without_groups_the_split_is_what_it_was():
    table = table_of(texts(100, 3), ["a", "b"] * 50)
    one = split_texts(table, TextSplitSettings(validation=0.2))
    other = split_texts(
        TextTable(table.texts, table.labels, "texts", groups=("",) * 100), TextSplitSettings(validation=0.2)
    )
    assert one.validation.texts == other.validation.texts


@given(
    st.lists(st.text(alphabet="abc ,.", max_size=30), max_size=12),
    st.lists(st.text(alphabet="abc ,.", max_size=30), max_size=12),
)
def test_near_texts_are_those_that_comparing_all_finds(first, second):
    def shingles(text):
        text = plain(text)
        return {text[at : at + 5] for at in range(len(text) - 4)}

    exact = {}
    for row, text in enumerate(second):
        own = shingles(text)
        best = max((len(own & o) / len(own | o) for t in first if (o := shingles(t)) and own), default=0.0)
        if best >= 0.95:
            exact[row] = best
    found = {pair.second: pair.similarity for pair in near_texts(first, second, similarity=0.95)}
    assert found == pytest.approx(exact)


def test_near_texts_are_fast_enough_for_thousands():
    import time

    one, other = texts(4000, 1), texts(4000, 2)
    started = time.process_time()
    near_texts(one, other)
    assert time.process_time() - started < 10


def test_leaks_come_first():
    levels = [finding.level for finding in Audit.of(audit_texts(parts(test=[texts(1, 0)[0]]))).findings]
    order = {"leak": 0, "look": 1, "fine": 2}
    assert all(order[a] <= order[b] for a, b in pairwise(levels))
