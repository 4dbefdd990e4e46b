"""The most probable sentences that a decoder can write: greedy, and with a beam; many sentences at a time.

The encoder runs once for each sentence. A step costs one row for each hypothesis; sentences that are done leave.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from hiddenstate.data.joint_pieces import BEGIN, END
from hiddenstate.models.beam_settings import BeamSettings, check_beam
from hiddenstate.models.encoder_decoder import DecoderState, EncoderDecoder, Memory


class Written(NamedTuple):
    """One finished sentence."""

    pieces: tuple[int, ...]
    """Without marks."""
    weights: Tensor
    """(pieces, S) where each piece has looked."""
    score: float
    """Log probability by the length penalty; the mean over steps at penalty 1 up to a constant."""


@torch.no_grad()
def search(model: EncoderDecoder, sources: Tensor, lengths: Tensor, settings: BeamSettings) -> list[Written]:
    """The best translation of each of sources (B, S) with lengths (B,); raises `SettingsError` as `check_beam`."""
    beam, rows = settings.beam, len(sources)
    check_beam(beam, len(model.bias) - 3)  # padding, unknown and begin are never written
    memory = model.encode(sources, lengths)
    most = (lengths * settings.longest).long() + 10  # (B,)
    best: list[Written | None] = [None] * rows
    alive = torch.arange(rows)
    state = _repeat(model.start(memory), beam)
    seen = _repeat_memory(memory, beam)
    totals = torch.full((rows, beam), -torch.inf)  # log probability of each hypothesis
    totals[:, 0] = 0.0  # all are alike before the first step: one counts
    written = torch.full((rows, beam, 1), BEGIN)
    looked = memory.keys.new_zeros(rows, beam, 0, memory.keys.shape[1])
    for step in range(1, int(most.max()) + 1):
        decoded = model.decode(written[:, :, -1].reshape(-1, 1), state, seen)
        logs = torch.log_softmax(model.scores(decoded.readouts[:, -1]), dim=-1).view(len(alive), beam, -1)
        logs[:, :, :END] = -torch.inf
        logs[step >= most[alive]] = _only_end(logs[step >= most[alive]])
        sums = (totals.unsqueeze(2) + logs).flatten(1)  # (alive, beam · pieces)
        scores, places = sums.topk(min(2 * beam, sums.shape[1]), dim=1)
        parents, pieces = places // logs.shape[2], places % logs.shape[2]
        ends = (pieces == END) & scores.isfinite()
        weights = decoded.weights.view(len(alive), beam, 1, -1)
        looked = torch.cat([looked, weights], dim=2)
        penalty = ((5 + step) / 6) ** settings.length_penalty
        _finish(best, alive, ends[:, :beam], scores / penalty, parents, written, looked)
        # What goes on: the best hypotheses that have not ended.
        totals, kept = scores.masked_fill(ends, -torch.inf).topk(beam, dim=1)
        parents, pieces = parents.gather(1, kept), pieces.gather(1, kept)
        flat = (torch.arange(len(alive)).unsqueeze(1) * beam + parents).flatten()
        written = torch.cat(
            [written.flatten(0, 1)[flat].view(len(alive), beam, -1), pieces.unsqueeze(2)], dim=2
        )
        looked = looked.flatten(0, 1)[flat].view(len(alive), beam, *looked.shape[2:])
        state = _take(decoded.state, flat)
        going = _going(best, alive, totals, most, settings, step)
        if not going.any():
            break
        if not going.all():
            alive, totals, written, looked = (part[going] for part in (alive, totals, written, looked))
            flat = going.repeat_interleave(beam).nonzero().squeeze(1)
            state, seen = _take(state, flat), Memory(*(part[flat] for part in seen))
    return [
        each if each is not None else Written((), looked.new_zeros(0, sources.shape[1]), 0.0) for each in best
    ]


def _finish(
    best: list[Written | None],
    alive: Tensor,
    ends: Tensor,
    scores: Tensor,
    parents: Tensor,
    written: Tensor,
    looked: Tensor,
) -> None:
    """Keep the sentences that have just ended where they are better than those before."""
    for place, rank in ends.nonzero().tolist():
        row, score = int(alive[place]), float(scores[place, rank])
        before = best[row]
        if before is None or score > before.score:
            parent = int(parents[place, rank])
            pieces = tuple(written[place, parent, 1:].tolist())
            best[row] = Written(pieces, looked[place, parent, : len(pieces)].clone(), score)


def _going(
    best: list[Written | None],
    alive: Tensor,
    totals: Tensor,
    most: Tensor,
    settings: BeamSettings,
    step: int,
) -> Tensor:
    """(alive,) whether a sentence may still find a better translation."""
    going = []
    for row, total in zip(alive.tolist(), totals[:, 0].tolist(), strict=True):
        done, limit = best[row], int(most[row])
        # Log probabilities only fall; the largest penalty is that of the longest sentence.
        hope = total / ((5 + limit) / 6) ** settings.length_penalty
        if settings.beam == 1:
            hope = -torch.inf  # greedy: the first end is the end
        going.append(step < limit and (done is None or hope > done.score) and total > -torch.inf)
    return torch.tensor(going, dtype=torch.bool)


def _only_end(logs: Tensor) -> Tensor:
    """Log probabilities that leave nothing but the end."""
    result = torch.full_like(logs, -torch.inf)
    result[:, :, END] = logs[:, :, END]
    return result


def _repeat(state: DecoderState, times: int) -> DecoderState:
    lower, upper = (tuple(part.repeat_interleave(times, dim=0) for part in each) for each in state[:2])
    return DecoderState(lower, upper, state.fed.repeat_interleave(times, dim=0))


def _repeat_memory(memory: Memory, times: int) -> Memory:
    return Memory(*(part.repeat_interleave(times, dim=0) for part in memory))


def _take(state: DecoderState, rows: Tensor) -> DecoderState:
    lower, upper = (tuple(part[rows] for part in each) for each in state[:2])
    return DecoderState(lower, upper, state.fed[rows])
