"""The functions that generated C is made of: the files in ``c_sources``, of which a model gets those it needs."""

from collections.abc import Iterable
from importlib import resources

KERNELS: dict[str, tuple[str, ...]] = {
    "accumulate": (),
    "entry": (),
    "exponential": (),
    "sigmoid": ("exponential",),
    "hyperbolic": ("exponential",),
    "linear": ("accumulate",),
    "rnn": ("accumulate", "hyperbolic"),
    "lstm": ("accumulate", "sigmoid", "hyperbolic"),
    "gru": ("accumulate", "sigmoid", "hyperbolic"),
    "look_up": ("entry",),
    "gram_mean": ("entry",),
    "copy_parts": (),
    "repeat": (),
    "transpose": (),
    "mean": (),
    "spread": ("mean",),
    "softmax": ("exponential",),
    "log_softmax": ("exponential",),
    "weighed": (),
    "pool_last": (),
    "pool_mean": ("weighed",),
    "pool_max": (),
    "additive_scores": ("accumulate", "hyperbolic"),
    "dot_scores": (),
    "lead_regression": (),
    "convolution": (),
    "sort": (),
    "find_form": (),
}
"""Name -> what it calls, in an order in which every function stands before its callers."""


def kernel_sources(used: Iterable[str], weights: str) -> str:
    """The C text of `used` and of all that they call; `weights` is "float" or "int8"."""
    needed = set(used)
    for name in reversed(KERNELS):
        if name in needed:
            needed |= set(KERNELS[name])
    matrix = needed & {"accumulate", "entry"}
    if "accumulate" in needed:
        texts = [_read(f"{weights}_weights"), _read(f"{weights}_product")]
    else:
        texts = [_read(f"{weights}_weights")] if matrix else []
    texts += [_read(f"{weights}_entry" if name == "entry" else name) for name in KERNELS if name in needed]
    return "\n".join(texts)


def _read(name: str) -> str:
    return (resources.files(__package__) / "c_sources" / f"{name}.c").read_text(encoding="utf-8")
