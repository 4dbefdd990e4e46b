"""Ctrl-C without damage: a training step that has begun is finished before anything stops."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self, final


@final
class CtrlC:
    """While active, the first Ctrl-C inside a `shielded` block waits for the block to end.

    Elsewhere the first one, and everywhere the second one, raises ``KeyboardInterrupt`` at once.
    Python delivers Ctrl-C to the main thread only, and a handler that somebody else has installed is
    theirs: in both cases nothing is changed.
    """

    def __init__(self) -> None:
        self.presses = 0
        self._shielding = False
        self._earlier: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            earlier = signal.getsignal(signal.SIGINT)
            if earlier is signal.default_int_handler:
                self._earlier = earlier
                signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._earlier is not None:
            signal.signal(signal.SIGINT, self._earlier)

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """A block that the first Ctrl-C does not cut short."""
        pressed_before = self.presses
        self._shielding = True
        try:
            yield
        finally:
            self._shielding = False
        if self.presses > pressed_before:
            raise KeyboardInterrupt

    def finish(self) -> None:
        """From here on the first Ctrl-C has nothing left to stop."""
        self._shielding = True

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        self.presses += 1
        if self.presses > 1 or not self._shielding:
            raise KeyboardInterrupt
