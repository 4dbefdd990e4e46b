"""Labels to numbers: one per text, several, or a hierarchy such as ``HUM:ind``."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError, SettingsError

UNSEEN = -1
"""The number of a label that is missing or was never seen in training."""


@dataclass(frozen=True, kw_only=True)
class LabelSettings:
    """How labels are read; section ``[task.labels]`` of ``settings.toml``."""

    separator: str | None = None
    """A text may have several labels, written with this between them ("sport;politics")."""
    hierarchy: str | None = None
    """Labels have levels with this between them ("HUM:ind"): each level is learnt as a question of its own."""
    merge_variants: bool = False
    """Labels that differ only in case or white space become one, under the most frequent spelling."""

    def __post_init__(self) -> None:
        if self.separator and self.hierarchy:
            raise SettingsError(
                "labels: expected separator or hierarchy, got both. A hierarchy has one label per text."
            )
        if self.separator == "" or self.hierarchy == "":
            raise SettingsError(
                'labels: expected a mark such as ";", got an empty text. Leave it out instead.'
            )


@final
class Labels:
    """The names of the classes, at each level in alphabetical order.

    White space around a label is taken off, which `notes` counts. Names that differ only in case or inner
    spaces are reported, and merged only where the settings say so.

    >>> labels = Labels.fit(["HUM:ind", "NUM:date", "HUM:gr"], LabelSettings(hierarchy=":"))
    >>> labels.levels
    (('HUM', 'NUM'), ('HUM:gr', 'HUM:ind', 'NUM:date'))
    >>> labels.encode(["NUM:date", "NUM:money"]).tolist()
    [[1, 2], [1, -1]]
    """

    def __init__(
        self,
        levels: Sequence[Sequence[str]],
        settings: LabelSettings,
        merged: Mapping[str, str] | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        """Use `fit`. `merged`: spelling in lower case with single spaces -> the name that stands for it."""
        self.levels = tuple(tuple(names) for names in levels)
        self.settings = settings
        self.merged = dict(merged or {})
        self.notes = tuple(notes)
        self._numbers = [{name: number for number, name in enumerate(names)} for names in self.levels]

    @classmethod
    def fit(cls, labels: Sequence[str], settings: LabelSettings | None = None) -> Self:
        """Collect the classes of the training rows.

        Raises `InputError` where there are no labels or only one class: there is nothing to tell apart.
        """
        settings = settings or LabelSettings()
        notes = _stray_spaces(labels)
        counts = Counter(name for label in labels for name in _parts(label, settings))
        merged: dict[str, str] = {}
        for spellings in _variants(counts):
            listing = " and ".join(f'"{name}" ({counts[name]:,})' for name in spellings)
            if settings.merge_variants:
                merged[_folded(spellings[0])] = spellings[0]
                notes.append(f'labels {listing} were merged into "{spellings[0]}"')
            else:
                notes.append(
                    f"labels {listing} differ only in case or spaces: set merge_variants to merge them"
                )
        names = sorted({merged.get(_folded(name), name) for name in counts})
        levels = _levels(names, settings)
        fewest = 1 if settings.separator else 2
        if len(levels[-1]) < fewest:
            got = f'only "{names[0]}"' if names else "none"
            raise InputError(
                f"labels: expected at least {fewest} classes, got {got}. Check the label column."
            )
        single = [name for name in names if counts[name] == 1 and not merged]
        if single:
            listing = ", ".join(f'"{name}"' for name in single[:5]) + (", ..." if len(single) > 5 else "")
            notes.append(
                f"{len(single)} class(es) have a single training row and are hardly learnt: {listing}"
            )
        return cls(levels, settings, merged, notes)

    @property
    def multi(self) -> bool:
        """Whether a text may have several labels."""
        return self.settings.separator is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The classes of the finest level."""
        return self.levels[-1]

    def encode(self, labels: Sequence[str]) -> NDArray[np.int64]:
        """(n, levels) numbers of the classes, or (n, classes) of 0 and 1 where a text may have several.

        A label never seen in training is `UNSEEN` (with several labels a text, it is left out).
        """
        if self.multi:
            marks = np.zeros((len(labels), len(self.names)), dtype=np.int64)
            for row, label in enumerate(labels):
                for name in self.names_in(label):
                    if (number := self._numbers[0].get(name)) is not None:
                        marks[row, number] = 1
            return marks
        numbers = np.full((len(labels), len(self.levels)), UNSEEN, dtype=np.int64)
        for row, label in enumerate(labels):
            for name in self.names_in(label):
                for level, prefix in enumerate(_prefixes(name, self.settings.hierarchy, len(self.levels))):
                    numbers[row, level] = self._numbers[level].get(prefix, UNSEEN)
        return numbers

    def names_in(self, label: str) -> list[str]:
        """The classes that one cell of the label column names, in the spelling that stands for all."""
        return [self.merged.get(_folded(name), name) for name in _parts(label, self.settings)]

    def unseen(self, labels: Sequence[str]) -> dict[str, int]:
        """Labels that training never showed, and how many rows have them."""
        counts = Counter(name for label in labels for name in self.names_in(label))
        return {name: count for name, count in counts.items() if name not in self._numbers[-1]}

    def to_dict(self) -> dict[str, Any]:
        """For ``encoders.json``."""
        return {"levels": [list(names) for names in self.levels], "merged": self.merged}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], settings: LabelSettings) -> Self:
        """The inverse of `to_dict`."""
        return cls(values["levels"], settings, values["merged"])


def _parts(label: str, settings: LabelSettings) -> list[str]:
    """The labels of one row, white space taken off; none for an empty one."""
    parts = label.split(settings.separator) if settings.separator else [label]
    return [name for part in parts if (name := part.strip())]


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _variants(counts: Mapping[str, int]) -> list[list[str]]:
    """Groups of names that differ only in case or spaces, the most frequent spelling first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        groups[_folded(name)].append(name)
    return [spellings for spellings in groups.values() if len(spellings) > 1]


def _stray_spaces(labels: Sequence[str]) -> list[str]:
    stray = [label for label in labels if label != label.strip()]
    if not stray:
        return []
    return [f'{len(stray)} label(s) had white space around them, which was taken off: "{stray[0]}"']


def _levels(names: Sequence[str], settings: LabelSettings) -> list[list[str]]:
    """The names of each level, coarse first; without a hierarchy there is one."""
    if settings.hierarchy is None or not names:
        return [list(names)]
    depth = max(name.count(settings.hierarchy) for name in names) + 1
    prefixes = [_prefixes(name, settings.hierarchy, depth) for name in names]
    return [sorted({row[level] for row in prefixes}) for level in range(depth)]


def _prefixes(name: str, mark: str | None, depth: int) -> list[str]:
    """The name of each level's class: "a:b" -> "a", "a:b"; a shorter name repeats itself.

    >>> _prefixes("HUM:ind", ":", 2), _prefixes("HUM", ":", 2)
    (['HUM', 'HUM:ind'], ['HUM', 'HUM'])
    """
    if mark is None:
        return [name]
    parts = name.split(mark)
    return [mark.join(parts[: level + 1]) for level in range(depth)]
