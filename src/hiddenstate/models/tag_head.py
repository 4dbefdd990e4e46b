"""From the state of each word to its tag: each for itself (softmax), or all of a sentence together (CRF)."""

from typing import Literal, final

import torch
from torch import Tensor, nn

from hiddenstate.layers.crf import ChainCRF, MayFollow, Steps, forbidden_steps, viterbi


@final
class TagHead(nn.Module):
    """One score for each tag of each word, and what is lowered and answered with them.

    `may_follow`: which tag may stand after which, so that no answer breaks the scheme of the tags.

    >>> head = TagHead(8, 3, "softmax")
    >>> head(torch.zeros(2, 4, 8)).shape
    torch.Size([2, 4, 3])
    """

    def __init__(
        self,
        features: int,
        tags: int,
        output: Literal["softmax", "crf"],
        may_follow: MayFollow | None = None,
    ) -> None:
        super().__init__()
        self.scores = nn.Linear(features, tags)
        self.crf = ChainCRF(tags, may_follow) if output == "crf" else None
        for name, scores in forbidden_steps(tags, may_follow)._asdict().items():
            self.register_buffer(f"free_{name}", scores, persistent=False)

    @property
    def label(self) -> str:
        """Name in tables."""
        return "Tag scores" if self.crf is None else "Tag scores and CRF"

    def forward(self, states: Tensor) -> Tensor:
        """(B, T, features) -> (B, T, tags) scores."""
        scores: Tensor = self.scores(states)
        return scores

    def loss(self, scores: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """Mean loss of a word, a scalar; tags (B, T), -1 where unknown: those count nothing.

        Of a CRF it is that of sentences whose tags are all known, divided by their words.
        """
        if self.crf is None:
            known = tags >= 0
            if not bool(known.any()):
                return scores.sum() * 0.0
            return nn.functional.cross_entropy(scores[known], tags[known])
        real = torch.arange(tags.shape[1]) < lengths.unsqueeze(1)
        whole = ((tags >= 0) | ~real).all(dim=1)
        words = lengths[whole].sum()
        if not int(words):
            return scores.sum() * 0.0
        likelihood = self.crf.log_likelihood(scores[whole], tags[whole].clamp(min=0), lengths[whole])
        return -likelihood.sum() / words

    def log_probabilities(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, tags) of each word's tags; of a CRF those of all sentences' tags considered."""
        if self.crf is None:
            return torch.log_softmax(scores, dim=-1)
        logs: Tensor = self.crf(scores, lengths)
        return logs

    def chance(self, scores: Tensor, lengths: Tensor, *, word: int, tag: int) -> Tensor:
        """(B,) the probability of `tag` at the word at `word` (both from 0), with a gradient."""
        if self.crf is None:
            return torch.softmax(scores[:, word], dim=-1)[:, tag]
        return self.crf.chance(scores, lengths, word=word, tag=tag)

    def decode(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """(B, T) the best tags that keep to the scheme; -1 in padding. `scores`: of the words, before any softmax."""
        return self.best(scores, lengths) if self.crf is None else self.crf.decode(scores, lengths)

    def best(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """As `decode`, with nothing said about steps but which are forbidden: for means of several networks."""
        return viterbi(scores, lengths, self._free())

    def steps(self) -> Steps:
        """What `decode` adds between tags: the CRF's scores, or those that forbid a step alone."""
        return self._free() if self.crf is None else self.crf.steps()

    def _free(self) -> Steps:
        return Steps(*(self.get_buffer(f"free_{name}") for name in Steps._fields))
