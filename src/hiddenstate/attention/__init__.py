"""Attention: which steps an answer looks at. Everything here returns a context *and* its weights."""

from hiddenstate.attention.attend import Attended, attend, masked_softmax
from hiddenstate.attention.attention import Attention
from hiddenstate.attention.pool import (
    POOLS,
    AttentionPool,
    LastStep,
    MaxOverTime,
    MeanOverTime,
    Pool,
    PoolSizes,
)
from hiddenstate.attention.scores import (
    SCORES,
    AdditiveScore,
    DotScore,
    GeneralScore,
    PerStepScore,
    Score,
)

__all__ = [
    "POOLS",
    "SCORES",
    "AdditiveScore",
    "Attended",
    "Attention",
    "AttentionPool",
    "DotScore",
    "GeneralScore",
    "LastStep",
    "MaxOverTime",
    "MeanOverTime",
    "PerStepScore",
    "Pool",
    "PoolSizes",
    "Score",
    "attend",
    "masked_softmax",
]
