"""The programs of pools over time."""

from torch import nn

from hiddenstate.attention import (
    AdditiveScore,
    AttentionPool,
    DotScore,
    GeneralScore,
    LastStep,
    MaxOverTime,
    MeanOverTime,
    PerStepScore,
    Score,
)
from hiddenstate.errors import SettingsError
from hiddenstate.models.pool import SideBySide
from hiddenstate.program import Writer
from hiddenstate.program.writer import Value

SCORE_WEIGHTS: dict[type[Score], tuple[str, tuple[str, ...]]] = {
    AdditiveScore: ("additive", ("W", "U", "v")),
    DotScore: ("dot", ()),
    GeneralScore: ("general", ("W",)),
    PerStepScore: ("per_step", ("w", "b")),
}
"""Score -> its name in a program and its weights."""


def write_pool(
    writer: Writer, pool: nn.Module, x: Value, *, prefix: str, lengths: Value | None
) -> tuple[Value, Value]:
    """Context and each step's share; `prefix` leads to the pool's weights."""
    if isinstance(pool, SideBySide):
        first, _ = write_pool(writer, pool.first, x, prefix=f"{prefix}first.", lengths=lengths)
        second, shares = write_pool(writer, pool.second, x, prefix=f"{prefix}second.", lengths=lengths)
        return writer.concat([first, second], axis=1), shares
    if isinstance(pool, LastStep):
        return writer.pool(x, "last", lengths=lengths, backward=pool.backward_size)
    if isinstance(pool, MeanOverTime):
        return writer.pool(x, "mean", lengths=lengths)
    if isinstance(pool, MaxOverTime):
        return writer.pool(x, "max", lengths=lengths)
    if isinstance(pool, AttentionPool) and type(pool.score) in SCORE_WEIGHTS:
        return write_attention(
            writer, pool.score, x, prefix=prefix, lengths=lengths, learnt=pool.query is not None
        )
    raise SettingsError(f"expected a pool that backends know, got {type(pool).__name__}. Use one of POOLS.")


def write_attention(
    writer: Writer,
    score: Score,
    x: Value,
    *,
    prefix: str,
    lengths: Value | None,
    query: Value | None = None,
    learnt: bool = False,
) -> tuple[Value, Value]:
    """Context and each step's share for the question `query` of each row, or for one that was `learnt`."""
    name, roles = SCORE_WEIGHTS[type(score)]
    weights = {role: f"{prefix}score.{role}" for role in roles}
    if learnt:
        weights["query"] = f"{prefix}query"
    scale = score.scale if isinstance(score, DotScore) else 1.0
    return writer.attention(x, name, weights, lengths=lengths, query=query, scale=scale)
