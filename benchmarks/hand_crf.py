"""A linear-chain CRF on hand-made features (CRFsuite), the usual tagger before networks; needs python-crfsuite."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hiddenstate.data.tagged_table import TaggedTable, Tags
from hiddenstate.tasks.tag_baselines.baseline import whole_spans
from hiddenstate.tasks.tag_baselines.window_features import word_features

NAME = "CRF on hand features"
STRENGTHS = ((0.0, 1.0), (0.1, 0.1), (0.1, 0.01))
"""Pairs of L1 and L2 penalty; the development part chooses."""
STEPS = 100


def crf_tags(
    parts: dict[str, TaggedTable], metric: Callable[[str, Tags], float]
) -> tuple[Tags, tuple[float, float]]:
    """Tags of the test part, and the penalties chosen by ``metric(part, tags)`` on the development part."""
    import pycrfsuite

    with tempfile.TemporaryDirectory() as folder:
        best: tuple[float, Path, tuple[float, float]] | None = None
        for number, (l1, l2) in enumerate(STRENGTHS):
            trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
            trainer.set_params(
                {"c1": l1, "c2": l2, "max_iterations": STEPS, "feature.possible_transitions": True}
            )
            for features, tags in zip(_features(parts["train"]), parts["train"].known_tags(), strict=True):
                trainer.append(features, list(tags))
            path = Path(folder) / str(number)
            trainer.train(str(path))
            value = metric("dev", _answers(path, parts["dev"]))
            if best is None or value > best[0]:
                best = value, path, (l1, l2)
        assert best is not None
        return _answers(best[1], parts["test"]), best[2]


def _answers(model: Path, table: TaggedTable) -> Tags:
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    rows = [tagger.tag(features) for features in _features(table)]
    return whole_spans(rows, marks_spans=any(tag[:2] == "B-" for row in rows for tag in row))


def _features(table: TaggedTable) -> Iterator[list[list[str]]]:
    for words in table.words:
        yield [word_features(words, place) for place in range(len(words))]
