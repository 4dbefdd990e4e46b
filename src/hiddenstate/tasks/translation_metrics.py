"""BLEU and chrF through sacrebleu, and BLEU by the older protocol of the literature."""

from collections.abc import Sequence
from typing import Any

from hiddenstate.extras import needed
from hiddenstate.tasks.moses import moses_lower

PURPOSE = "measuring translations"


def translation_metrics(answers: Sequence[str], truth: Sequence[str]) -> dict[str, float]:
    """Each figure as a share: 0.35 is what papers call 35 BLEU. Raises `ExtraError` without sacrebleu.

    bleu: tokens of 13a, as written; bleu_lower: the same in lower case; bleu_moses: tokens of Moses in lower case
    (see `moses_lower`), which older papers print; chrf: character F of Popović (2015), twice the weight on recall.
    """
    texts, references = list(answers), [list(truth)]
    moses = [moses_lower(text) for text in texts], [[moses_lower(text) for text in truth]]
    return {
        "bleu": _share(_bleu().corpus_score(texts, references)),
        "bleu_lower": _share(_bleu(lowercase=True).corpus_score(texts, references)),
        "bleu_moses": _share(_bleu(tokenize="none").corpus_score(*moses)),
        "chrf": _share(_metrics().CHRF().corpus_score(texts, references)),
    }


def bleu(answers: Sequence[str], truth: Sequence[str]) -> float:
    """BLEU as a share, by sacrebleu's own tokens."""
    return _share(_bleu().corpus_score(list(answers), [list(truth)]))


def corpus_chrf(answers: Sequence[str], truth: Sequence[str]) -> float:
    """Character F of all sentences together, as a share."""
    return _share(_metrics().CHRF().corpus_score(list(answers), [list(truth)]))


def sentence_chrf(answers: Sequence[str], truth: Sequence[str]) -> list[float]:
    """Character F of each sentence, from 0 to 1: what single sentences are compared by."""
    metric = _metrics().CHRF()
    return [_share(metric.sentence_score(text, [own])) for text, own in zip(answers, truth, strict=True)]


def signatures(answers: Sequence[str], truth: Sequence[str]) -> tuple[str, ...]:
    """How sacrebleu says exactly what it has computed: for BLEU and for chrF."""
    lines = []
    for name, metric in (("BLEU", _bleu()), ("chrF", _metrics().CHRF())):
        metric.corpus_score(list(answers), [list(truth)])
        lines.append(f"{name}|{metric.get_signature()}")
    return tuple(lines)


def _bleu(*, lowercase: bool = False, tokenize: str | None = None) -> Any:
    # force: no warning that the text looks tokenised, which by Moses it is.
    return _metrics().BLEU(lowercase=lowercase, tokenize=tokenize, force=True)


def _metrics() -> Any:
    return needed("sacrebleu.metrics", extra="translate", purpose=PURPOSE)


def _share(score: Any) -> float:
    return float(score.score) / 100.0
