"""What an answer about a text rests on, word by word: the same questions to every kind of network that reads words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.inspection.integrated import Output, integrate
from hiddenstate.inspection.leaving_out import Without, faithfulness, leave_one_out, rank_correlation
from hiddenstate.records import AttentionMap, Attribution, Evidence

AT_ONCE = 64
"""Variants of a text in one call of a network."""
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class WordQuestion:
    """One number that a network answers about one text, and two ways to ask it again with parts changed."""

    output: str
    """What is explained, in words."""
    tokens: tuple[str, ...]
    """The words (T)."""
    x: Tensor
    """(T, size) the embedded words."""
    embedded: Output
    """(B, T, size) embedded words -> (B,) the number, with a gradient."""
    without: Without
    """(n, T) which words are away -> (n,) the number."""
    left_out: str
    """What stands for a word that is away."""
    attention: NDArray[np.float64] | None = None
    """(T,) where the network looked; None where it has no attention."""


def word_evidence(question: WordQuestion, *, random_orders: int, seed: int) -> Evidence:
    """Integrated gradients from word vectors of zeros, occlusion, attention, and whether these can be believed."""
    count = len(question.tokens)
    integral = integrate(question.embedded, question.x, torch.zeros_like(question.x))
    effects = leave_one_out(question.without, count)
    empty = question.without(np.ones((1, count), bool))
    shares = integral.shares.sum(dim=-1).numpy(force=True)  # (T,)
    scores = {"integrated gradients": shares, "occlusion": effects}
    if question.attention is not None:
        scores["attention"] = question.attention
    curves = faithfulness(
        question.without, scores, output=question.output, random_orders=random_orders, seed=seed
    )
    integrated = Attribution(
        "integrated gradients", question.output, question.tokens, ("",), shares[:, None], integral.output,
        integral.baseline, "word vectors of zeros", integral.unresolved,
    )  # fmt: skip
    occlusion = Attribution(
        "occlusion", question.output, question.tokens, ("",), effects[:, None], integral.output, float(empty[0]),
        question.left_out,
    )  # fmt: skip
    if question.attention is None:
        return Evidence(integrated, occlusion, curves)
    agreement = rank_correlation(question.attention, np.abs(effects))
    looked = AttentionMap(question.tokens, ("",), question.attention[None], "tokens", agreement)
    return Evidence(integrated, occlusion, curves, looked)


def taken_out(x: Tensor, answer: Callable[[Tensor, Tensor], Tensor]) -> Without:
    """Answers for a text from which words are taken out, so that the others move together.

    x: (T, size) the embedded words; answer: (B, T, size), lengths (B,) -> (B,).
    """

    def shorter(away: NDArray[np.bool_]) -> Tensor:
        kept = [np.flatnonzero(~row) for row in away]
        lengths = torch.tensor([len(places) for places in kept])
        rows = x.new_zeros(len(kept), int(lengths.max()), x.shape[-1])
        for row, places in enumerate(kept):
            rows[row, : len(places)] = x[places]
        return answer(rows, lengths)

    return in_parts(shorter)


def blanked(x: Tensor, answer: Output) -> Without:
    """Answers for a text in which words keep their place, but have a vector of zeros; x: (T, size)."""

    def emptied(away: NDArray[np.bool_]) -> Tensor:
        return answer(x.masked_fill(torch.from_numpy(away).unsqueeze(-1), 0.0))

    return in_parts(emptied)


def in_parts(answer: Callable[[NDArray[np.bool_]], Tensor]) -> Without:
    """The same answers, for a few variants at a time and without a gradient."""

    def values(away: NDArray[np.bool_]) -> NDArray[np.float64]:
        with torch.no_grad():
            found = [answer(away[first : first + AT_ONCE]) for first in range(0, len(away), AT_ONCE)]
        return torch.cat(found).double().numpy(force=True)

    return values


def softened(answers: Sequence[Tensor], temperature: float) -> Tensor:
    """(B, classes) probabilities from the logits of several networks: their mean, calibrated, with a gradient."""
    mean = torch.stack([logits.softmax(dim=-1) for logits in answers]).mean(dim=0)
    return torch.softmax(mean.clamp(min=TINY).log() / temperature, dim=-1)
