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
)
from hiddenstate.errors import SettingsError
from hiddenstate.models.pool import SideBySide
from hiddenstate.program import Writer
from hiddenstate.program.writer import Value

SCORE_WEIGHTS = {
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
        name, roles = SCORE_WEIGHTS[type(pool.score)]
        weights = {role: f"{prefix}score.{role}" for role in roles}
        if pool.query is not None:
            weights["query"] = f"{prefix}query"
        scale = pool.score.scale if isinstance(pool.score, DotScore) else 1.0
        return writer.attention(x, name, weights, lengths=lengths, scale=scale)
    raise SettingsError(f"expected a pool that backends know, got {type(pool).__name__}. Use one of POOLS.")
