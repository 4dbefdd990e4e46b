"""How many processor cores torch may use at once."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """Within this block torch's operations run on `count` threads; afterwards on as many as before."""
    import torch  # heavy: only a process that trains needs it

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
