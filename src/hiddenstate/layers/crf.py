"""A conditional random field over a sequence of tags: what a tag says about the next one."""

from collections.abc import Callable
from typing import NamedTuple, final

import torch
from torch import Tensor, nn

from hiddenstate.layers.lengths import check_lengths

FORBIDDEN = -1e4
"""Score of a step that must not be taken: exp of it is zero, and its gradient is not NaN, as that of -inf is."""

MayFollow = Callable[[int | None, int | None], bool]
"""Whether the second tag may stand after the first; None is the beginning and the end of a sequence."""


class Steps(NamedTuple):
    """Scores of the steps between K tags."""

    transitions: Tensor
    """(K, K) from the tag of the row to that of the column."""
    start: Tensor
    """(K,) of beginning with each tag."""
    end: Tensor
    """(K,) of ending with each tag."""


def forbidden_steps(tags: int, may_follow: MayFollow | None) -> Steps:
    """Zero where a step may be taken, `FORBIDDEN` where it may not; without `may_follow` every step may.

    >>> forbidden_steps(2, lambda before, tag: tag != 1 or before is not None).start.tolist()
    [0.0, -10000.0]
    """
    steps = Steps(torch.zeros(tags, tags), torch.zeros(tags), torch.zeros(tags))
    if may_follow is not None:
        for tag in range(tags):
            steps.start[tag] = 0.0 if may_follow(None, tag) else FORBIDDEN
            steps.end[tag] = 0.0 if may_follow(tag, None) else FORBIDDEN
            for after in range(tags):
                steps.transitions[tag, after] = 0.0 if may_follow(tag, after) else FORBIDDEN
    return steps


@final
class ChainCRF(nn.Module):
    """Scores of tag sequences: those of each word's tag, of each step to the next tag, of both ends.

        score(x, y) = start[y_1] + Σ_t emission_t[y_t] + Σ_t transition[y_{t-1}, y_t] + end[y_T]
        p(y | x) = exp score(x, y) / Z(x)

    Source: Lafferty, McCallum and Pereira (2001), "Conditional random fields"; on top of a recurrent network
    Lample et al. (2016), "Neural architectures for named entity recognition", section 2.2.

    `may_follow` says which steps are possible at all; the others have no probability, in training as in answers.

    >>> crf = ChainCRF(3)
    >>> crf.log_likelihood(torch.zeros(1, 2, 3), torch.tensor([[0, 1]]), torch.tensor([2])).shape
    torch.Size([1])
    """

    label = "CRF"

    def __init__(self, tags: int, may_follow: MayFollow | None = None) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.start = nn.Parameter(torch.zeros(tags))
        self.end = nn.Parameter(torch.zeros(tags))
        for name, scores in forbidden_steps(tags, may_follow)._asdict().items():
            self.register_buffer(f"forbidden_{name}", scores, persistent=False)

    def steps(self) -> Steps:
        """The scores of all steps, forbidden ones included."""
        return Steps(
            self.transitions + self.get_buffer("forbidden_transitions"),
            self.start + self.get_buffer("forbidden_start"),
            self.end + self.get_buffer("forbidden_end"),
        )

    def forward(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, K) log of the probability of each tag at each word, all sequences considered; padding is 0.

        Computed in float64: log Z of a long sentence has too many digits for float32 to show what one word adds.
        """
        if emissions.shape[1] == 0:
            return emissions
        with torch.enable_grad():
            leaf = emissions.detach().double().requires_grad_()
            (marginals,) = torch.autograd.grad(self.log_partition(leaf, lengths).sum(), leaf)
        tiny = torch.finfo(emissions.dtype).tiny
        real = _real(lengths, emissions).unsqueeze(-1)
        return torch.where(real, marginals.clamp(min=tiny).log(), 0.0).to(emissions.dtype)

    def chance(self, emissions: Tensor, lengths: Tensor, *, word: int, tag: int) -> Tensor:
        """(B,) the probability of `tag` at the word at `word`, with a gradient that `forward` does not have.

        Z over the sequences that have the tag there, divided by Z over all.
        """
        others = torch.arange(emissions.shape[2], device=emissions.device) != tag  # (K,)
        here = torch.arange(emissions.shape[1], device=emissions.device) == word  # (T,)
        held = emissions.masked_fill(here[:, None] & others, FORBIDDEN)
        both = self.log_partition(torch.cat([held, emissions]), torch.cat([lengths, lengths]))
        with_tag, every = both.chunk(2)
        return (with_tag - every).exp()

    def log_likelihood(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """(B,) log p(tags | x); emissions (B, T, K), tags (B, T), lengths (B,). Zero for an empty sequence."""
        return self.score(emissions, tags, lengths) - self.log_partition(emissions, lengths)

    def score(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """(B,) score of one sequence of tags each; what `tags` holds as padding has no effect."""
        check_lengths(lengths, *emissions.shape[:2])
        if emissions.shape[1] == 0:
            return emissions.new_zeros(len(emissions))
        steps, real = self.steps(), _real(lengths, emissions)  # real: (B, T)
        tags = tags.masked_fill(~real, 0)
        words = emissions.gather(2, tags.unsqueeze(-1)).squeeze(-1)  # (B, T)
        total = (words * real).sum(1)
        total = total + (steps.transitions[tags[:, :-1], tags[:, 1:]] * real[:, 1:]).sum(1)
        last = tags.gather(1, (lengths - 1).clamp(min=0).unsqueeze(1)).squeeze(1)  # (B,)
        return total + (steps.start[tags[:, 0]] + steps.end[last]) * (lengths > 0)

    def log_partition(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        """(B,) log Z, the sum over all sequences of tags, by the forward algorithm.

        alpha_t[j] = emission_t[j] + log Σ_i exp(alpha_{t-1}[i] + transition[i, j])

        The sum is a matrix product of numbers that were divided by their largest, whose logarithm is added again.
        """
        check_lengths(lengths, *emissions.shape[:2])
        if emissions.shape[1] == 0:
            return emissions.new_zeros(len(emissions))
        steps = Steps(*(part.to(emissions.dtype) for part in self.steps()))
        highest = steps.transitions.detach().amax()
        ways = (steps.transitions - highest).exp()  # (K, K)
        tiny = torch.finfo(emissions.dtype).tiny
        alpha = steps.start + emissions[:, 0]  # (B, K)
        for step in range(1, emissions.shape[1]):
            largest = alpha.detach().amax(1, keepdim=True)  # (B, 1)
            reached = ((alpha - largest).exp() @ ways).clamp(min=tiny).log() + largest + highest
            alpha = torch.where((step < lengths).unsqueeze(1), reached + emissions[:, step], alpha)
        return torch.where(lengths > 0, torch.logsumexp(alpha + steps.end, dim=1), 0.0)

    def decode(self, emissions: Tensor, lengths: Tensor) -> Tensor:
        """(B, T) the most probable sequence of tags; -1 in padding."""
        return viterbi(emissions, lengths, self.steps())


@torch.no_grad()
def viterbi(emissions: Tensor, lengths: Tensor, steps: Steps) -> Tensor:
    """(B, T) the tags with the highest score; emissions (B, T, K), -1 in padding.

    Source: Viterbi (1967); Rabiner (1989), "A tutorial on hidden Markov models", section III.B.

    >>> free = forbidden_steps(2, None)
    >>> viterbi(torch.tensor([[[0.0, 1.0], [2.0, 0.0]]]), torch.tensor([2]), free)
    tensor([[1, 0]])
    """
    check_lengths(lengths, *emissions.shape[:2])
    rows, time_steps, _ = emissions.shape
    path = lengths.new_full((rows, time_steps), -1)
    if time_steps == 0 or rows == 0:
        return path
    best = steps.start + emissions[:, 0]  # (B, K)
    came_from = []
    for step in range(1, time_steps):
        scores, before = (best.unsqueeze(2) + steps.transitions).max(dim=1)  # (B, K) each
        going_on = (step < lengths).unsqueeze(1)
        best = torch.where(going_on, scores + emissions[:, step], best)
        came_from.append(before)
    tag = (best + steps.end).argmax(1)  # (B,)
    for step in range(time_steps - 1, -1, -1):
        path[:, step] = torch.where(step < lengths, tag, -1)
        if step:
            earlier = came_from[step - 1].gather(1, tag.unsqueeze(1)).squeeze(1)
            tag = torch.where(step < lengths, earlier, tag)
    return path


def _real(lengths: Tensor, emissions: Tensor) -> Tensor:
    return torch.arange(emissions.shape[1], device=lengths.device) < lengths.unsqueeze(1)
