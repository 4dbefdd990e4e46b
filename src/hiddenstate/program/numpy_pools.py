"""From all steps of a sequence to one vector, in NumPy; the equations of `hiddenstate.attention`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError

Array = NDArray[Any]


def pool(
    inputs: Mapping[str, Array], weights: Mapping[str, Array], options: Mapping[str, Any]
) -> dict[str, Array]:
    """The operation "pool": context (B, F) and each step's share (B, T); zeros for an empty row."""
    x, valid = _valid(inputs)  # (B, T, F), (B, T)
    return dict(
        zip(("context", "weights"), POOLS[options["how"]](x, valid, options["backward"]), strict=True)
    )


def attention(
    inputs: Mapping[str, Array], weights: Mapping[str, Array], options: Mapping[str, Any]
) -> dict[str, Array]:
    """The operation "attention": context (B, F) and each step's share (B, T); zeros for an empty row."""
    x, valid = _valid(inputs)
    asked = inputs["query"] if "query" in inputs else weights.get("query")  # (B, Q) or (Q,)
    scores = _score(options["score"], x, asked, weights) * x.dtype.type(options["scale"])  # (B, T)
    if x.shape[1] == 0:
        return {"context": x.sum(axis=1), "weights": scores}
    highest = np.where(valid, scores, -np.inf).max(axis=1, keepdims=True)
    raised = np.where(valid, np.exp(scores - np.where(np.isfinite(highest), highest, 0)), 0)
    total = raised.sum(axis=1, keepdims=True)
    shares = (raised / np.where(total > 0, total, 1)).astype(x.dtype)
    return {"context": (shares[:, np.newaxis] @ x)[:, 0], "weights": shares}


def _score(score: str, x: Array, query: Array | None, weights: Mapping[str, Array]) -> Array:
    if query is not None:
        if score == "additive":
            W_q = np.atleast_2d(query @ weights["W"].T)[:, np.newaxis]  # (B or 1, 1, H)
            return np.asarray(np.tanh(W_q + x @ weights["U"].T) @ weights["v"])
        asked = query @ weights["W"] if score == "general" else query
        return np.asarray((x @ np.atleast_2d(asked)[:, :, np.newaxis])[..., 0])
    longest = len(weights["b"])
    if x.shape[1] > longest:
        raise ShapeError(f"expected at most {longest} steps, got {x.shape[1]}. Shorten the sequence.")
    return np.asarray(np.tanh(x @ weights["w"] + weights["b"][: x.shape[1]]))


def _valid(inputs: Mapping[str, Array]) -> tuple[Array, Array]:
    """The input with zeros past each row's length, and where it is valid."""
    x = inputs["x"]
    lengths = inputs.get("lengths", np.full(x.shape[0], x.shape[1]))
    valid = np.arange(x.shape[1]) < lengths[:, np.newaxis]
    return np.where(valid[..., np.newaxis], x, 0), valid


def _last(x: Array, valid: Array, backward: int) -> tuple[Array, Array]:
    steps = np.arange(x.shape[1])
    last = valid & (steps + 1 == valid.sum(axis=1, keepdims=True))
    first = valid & (steps == 0)
    ahead = x.shape[2] - backward
    context = np.concatenate(
        [(x[..., :ahead] * last[..., np.newaxis]).sum(1), (x[..., ahead:] * first[..., np.newaxis]).sum(1)],
        axis=-1,
    )
    return context, ((ahead * last + backward * first) / x.shape[2]).astype(x.dtype)


def _mean(x: Array, valid: Array, backward: int) -> tuple[Array, Array]:
    shares = (valid / np.maximum(valid.sum(axis=1, keepdims=True), 1)).astype(x.dtype)
    return (shares[:, np.newaxis] @ x)[:, 0], shares


def _max(x: Array, valid: Array, backward: int) -> tuple[Array, Array]:
    shares = np.zeros(x.shape[:2], dtype=x.dtype)
    if x.shape[1] == 0:
        return x.sum(axis=1), shares
    some = valid.any(axis=1, keepdims=True)
    candidates = np.where(valid[..., np.newaxis], x, -np.inf)
    place = candidates.argmax(axis=1)  # (B, F)
    share = valid.any(axis=1) / x.shape[2]  # (B,)
    for feature in range(x.shape[2]):
        np.add.at(shares, (np.arange(len(x)), place[:, feature]), share)
    return np.where(some, candidates.max(axis=1), 0), shares


POOLS = {"last": _last, "mean": _mean, "max": _max}
