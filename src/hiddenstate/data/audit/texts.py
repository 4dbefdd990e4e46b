"""The audit of labelled texts: what stands in two parts, and what gives a label away."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from hiddenstate.data.audit.finding import Finding
from hiddenstate.data.audit.near_texts import near_texts
from hiddenstate.data.text_split import folded
from hiddenstate.data.text_table import TextTable

EXAMPLES = 3
NEARLY_EVERY, MANY = 0.9, 0.5
"""Shares of rows that contain their own label from which on it is a leak, or deserves a look."""
OFTEN_ELSEWHERE = 0.5
"""A label word that stands as often in texts of other labels gives nothing away."""
_WORD = re.compile(r"[^\W_]+")


def audit_texts(parts: Mapping[str, TextTable]) -> Iterator[Finding]:
    """Check the parts of a split, by name, in the order training, validation, test."""
    yield from _duplicates(parts)
    yield _near_duplicates(parts)
    yield from _groups(parts)
    yield _given_away(parts)


def _duplicates(parts: Mapping[str, TextTable]) -> Iterator[Finding]:
    """Texts that stand in two parts, case and white space aside."""
    found = False
    for (one, first), (other, second) in combinations(parts.items(), 2):
        known = {folded(text) for text in first.texts if text.strip()}
        rows = [row for row, text in enumerate(second.texts) if folded(text) in known]
        if rows:
            found = True
            share = 100.0 * len(rows) / len(second)
            yield Finding(
                "duplicates",
                "leak",
                f"{len(rows):,} of {len(second):,} {other} texts ({share:.1f} %) also stand in the {one} rows.",
                len(rows),
                tuple(_shown(second.texts[row]) for row in rows[:EXAMPLES]),
            )
    if not found:
        yield Finding("duplicates", "fine", "No text stands in two parts, case and white space aside.")


def _near_duplicates(parts: Mapping[str, TextTable]) -> Finding:
    """Test texts that are nearly one of those learnt from or chosen on, but not equal to it."""
    names = list(parts)
    seen = tuple(text for name in names[:-1] for text in parts[name].texts)
    test = parts[names[-1]]
    equal = {folded(text) for text in seen}
    pairs = [pair for pair in near_texts(seen, test.texts) if folded(test.texts[pair.second]) not in equal]
    if not pairs:
        return Finding("near-duplicates", "fine", "No test text is nearly one that was learnt from.")
    share = 100.0 * len(pairs) / max(len(test), 1)
    return Finding(
        "near-duplicates",
        "look",
        f"{len(pairs):,} of {len(test):,} test texts ({share:.1f} %) share at least four fifths of their runs of five "
        "signs with a text that was learnt from.",
        len(pairs),
        tuple(
            f"{_shown(seen[pair.first])} / {_shown(test.texts[pair.second])}"
            for pair in sorted(pairs, key=lambda pair: -pair.similarity)[:EXAMPLES]
        ),
    )


def _groups(parts: Mapping[str, TextTable]) -> Iterator[Finding]:
    """Groups (authors, documents, speakers) with rows in two parts."""
    if any(table.groups is None for table in parts.values()):
        yield Finding(
            "groups",
            "fine",
            "Groups were not checked: no column names them (--group keeps the rows of an author or document together).",
        )
        return
    found = False
    for (one, first), (other, second) in combinations(parts.items(), 2):
        shared = {name for name in first.groups or () if name} & set(second.groups or ())
        if shared:
            found = True
            rows = sum(name in shared for name in second.groups or ())
            yield Finding(
                "groups",
                "leak",
                f"{len(shared):,} groups have rows in both {one} and {other} ({rows:,} {other} rows).",
                len(shared),
                tuple(sorted(shared)[:EXAMPLES]),
            )
    if not found:
        yield Finding("groups", "fine", "No group has rows in two parts.")


def _given_away(parts: Mapping[str, TextTable]) -> Finding:
    """Whether texts contain the words of their own label, and those of other labels do not."""
    texts = [text for table in parts.values() for text in table.texts]
    labels = [label for table in parts.values() for label in table.known_labels()]
    wanted = {label: _words(label) for label in set(labels)}
    own: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    sizes = Counter(labels)
    holders: defaultdict[str, list[str]] = defaultdict(list)
    names = {word: [label for label, words in wanted.items() if word in words] for word in _all(wanted)}
    for text, label in zip(texts, labels, strict=True):
        words = _words(text)
        for candidate in {name for word in words & names.keys() for name in names[word]}:
            if wanted[candidate] and wanted[candidate] <= words:
                if candidate == label:
                    own[label] += 1
                    holders[label].append(text)
                else:
                    elsewhere[candidate] += 1
    rows = len(texts)
    telling = [
        label
        for label, count in own.items()
        if elsewhere[label] / max(rows - sizes[label], 1) < OFTEN_ELSEWHERE * count / sizes[label]
    ]
    count = sum(own[label] for label in telling)
    share = count / max(rows, 1)
    if share < MANY:
        return Finding(
            "labels in texts",
            "fine",
            f"{100 * share:.1f} % of the texts contain their own label word for word: too few to give it away.",
            count,
        )
    level, words_for = ("leak", "nearly every") if share >= NEARLY_EVERY else ("look", "many a")
    examples = [text for label in telling for text in holders[label][:1]][:EXAMPLES]
    return Finding(
        "labels in texts",
        "leak" if level == "leak" else "look",
        f"{100 * share:.1f} % of the texts contain their own label word for word: {words_for} text says its answer.",
        count,
        tuple(map(_shown, examples)),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _all(wanted: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*wanted.values()) if wanted else frozenset()


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return f'"{line[:60]}{"..." if len(line) > 60 else ""}"'
