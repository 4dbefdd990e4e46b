"""Stacked recurrent layers that advance one step at a time, without torch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.kernels.step_layer import WEIGHT_FORMATS, Floats, Layer, WeightFormat
from hiddenstate.kernels.step_stack import Stack
from hiddenstate.runtime.layers import check_finite, checked, identity
from hiddenstate.runtime.lengths import checked_lengths, real_steps, run_unequal
from hiddenstate.runtime.state import State, StateError

FLOAT32 = np.dtype(np.float32)
Step = Callable[[NDArray[Any], State], tuple[Floats, State]]


@final
class Recurrence:
    """RNN, LSTM and GRU layers on top of each other, one direction, in float32.

    A step takes an input and a state and makes an output, the h of the last layer, and a new state; it changes
    neither of those given. Nothing is kept in between, so one object serves any number of streams and threads.

    `weight_format`: "float32"; "bfloat16", which halves what a step must read (arithmetic stays in float32); or "int8",
    which quarters it and rounds x and h to bytes too, on processors that multiply bytes (x86 with AVX-512 VNNI). Large
    layers become faster, and less accurate: see `weight_loss`.

    Raises `ShapeError` where weights do not fit together, `InputError` where one is not finite, `SettingsError` for
    an unknown weight format, `KernelError` where this machine cannot compile, or has no int8.

    >>> W, U, b = np.ones((4, 2), np.float32), np.zeros((4, 4), np.float32), np.zeros(4, np.float32)
    >>> recurrence = Recurrence([Layer("rnn", W, U, b)])
    >>> y, state = recurrence.step(np.float32([0.5, -0.25]), recurrence.initial_state())
    >>> y.round(4)
    array([0.2449, 0.2449, 0.2449, 0.2449], dtype=float32)
    """

    def __init__(self, layers: Sequence[Layer], *, weight_format: WeightFormat = "float32") -> None:
        if weight_format not in WEIGHT_FORMATS:
            raise SettingsError(
                f'weight_format: expected one of {", ".join(WEIGHT_FORMATS)}, got "{weight_format}".'
            )
        self.layers = tuple(checked(layers))
        self.weight_format = weight_format
        self.input_size = self.layers[0].W.shape[1]
        self.hidden_size = self.layers[-1].hidden
        self.model = identity(self.layers)
        """Whose a state is: the same for the same weights, whatever they are stored as."""
        self._stack = Stack(self.layers, weight_format)
        self._state_size = self._stack.state_size
        self.step: Step = self._stack.step_function(State, self.model, self._step_with_care)
        """One step: see `_step_with_care`, which it equals but for the time it takes."""

    def __reduce__(self) -> tuple[Callable[..., "Recurrence"], tuple[Any, ...]]:
        """For copies, and for other processes: they pack the weights for themselves."""
        return _again, (self.layers, self.weight_format)

    def initial_state(self, streams: int | None = None) -> State:
        """Nothing remembered: zeros. For one stream, or for that many."""
        shape = (self._state_size,) if streams is None else (streams, self._state_size)
        return State(self.model, np.zeros(shape, np.float32))

    def run(self, x: NDArray[Any], state: State | None = None) -> tuple[Floats, State]:
        """A whole sequence; x: (time, input). Returns y (time, hidden) and the state after the last step.

        Raises as `step`. Other threads of Python go on meanwhile.
        """
        state = self.initial_state() if state is None else state
        sequence = self._checked_x(x, ("time", "input"))
        y, values = self._stack.run(sequence[None], self._checked_values(state, None)[None])
        return y[0], State(self.model, values[0])

    def run_many(
        self,
        x: NDArray[Any],
        state: State | None = None,
        *,
        lengths: ArrayLike | None = None,
        reverse: bool = False,
    ) -> tuple[Floats, State]:
        """Whole sequences side by side; x: (streams, time, input).

        `lengths`: (streams,) the real steps of each, in front; y is 0 after them, and nothing there has an effect.
        With `reverse`, each sequence is read from its own end, as a bidirectional layer's second half does.
        Returns y (streams, time, hidden) and the state of all streams after their last steps. Raises as `step`.
        """
        given = np.asarray(x)
        if lengths is not None and given.ndim == 3:
            counts = checked_lengths(lengths, *given.shape[:2])
            given = np.where(real_steps(counts, given.shape[1])[:, :, None], given, 0)
        sequences = self._checked_x(given, ("streams", "time", "input"))
        streams, steps, _ = sequences.shape
        values = self._checked_values(self.initial_state(streams) if state is None else state, streams)
        if lengths is None and not reverse:
            y, values = self._stack.run(sequences, values)
        else:
            counts = np.full(streams, steps) if lengths is None else counts
            y, values = run_unequal(self._stack.run, sequences, values, counts, reverse, self.hidden_size)
        return y, State(self.model, values)

    @property
    def weight_bytes(self) -> int:
        """What a step reads of weights and biases."""
        return self._stack.weight_bytes

    def weight_loss(self, x: NDArray[Any]) -> float:
        """What the weight format costs on a sequence x (time, input): the largest difference of any y.

        y is within -1 and 1; float32 weights cost nothing.
        """
        exact = Recurrence(self.layers)
        return float(np.abs(self.run(x)[0] - exact.run(x)[0]).max(initial=0))

    def state_parts(self, state: State) -> list[dict[str, Floats]]:
        """What a state holds: of each layer, from the first, {"h": ...} and for an LSTM {"C": ...}, copies.

        Each has shape (hidden,), or (streams, hidden).
        """
        self._check_model(state)
        parts: list[dict[str, Floats]] = [{} for _ in self.layers]
        for part in self._stack.parts:
            parts[part.layer][part.name] = state.values[..., part.first : part.first + part.size].copy()
        return parts

    def state_from(self, parts: Sequence[Mapping[str, ArrayLike]]) -> State:
        """The state that holds these; the inverse of `state_parts`. What is not given is zero.

        Raises `ShapeError` where a part does not fit, `InputError` where it is not finite.
        """
        arrays = {
            (layer, name): np.asarray(value, FLOAT32)
            for layer, named in enumerate(parts)
            for name, value in named.items()
        }
        leading = next(iter(arrays.values())).shape[:-1] if arrays else ()
        values = np.zeros((*leading, self._state_size), FLOAT32)
        for part in self._stack.parts:
            value = arrays.pop((part.layer, part.name), None)
            if value is None:
                continue
            if value.shape != (*leading, part.size):
                raise ShapeError(
                    f"state, layer {part.layer}, {part.name}: expected shape {(*leading, part.size)}, "
                    f"got {value.shape}. All parts have the same number of streams."
                )
            values[..., part.first : part.first + part.size] = value
        if arrays:
            raise ShapeError(
                f"state: expected {', '.join(f'{p.name} of layer {p.layer}' for p in self._stack.parts)}, got "
                f"{', '.join(f'{name} of layer {layer}' for layer, name in arrays)} as well. Leave it out."
            )
        check_finite("state", values)
        return State(self.model, values)

    def _step_with_care(self, x: ArrayLike, state: State) -> tuple[Floats, State]:
        """One step; x: (input,), or (streams, input) with the state of several streams.

        Returns y, (hidden,) or (streams, hidden), and the state after it.

        Raises `ShapeError` for another shape or type of x, `InputError` for NaN or infinity in it, and `StateError`
        for a state of another model or another number of streams. The state given is as it was in any case.
        """
        # A built-in function made by the kernels answers to the name `step`; it comes here with what it does not know.
        several = isinstance(state, State) and state.values.ndim == 2
        inputs = self._checked_x(x, ("streams", "input") if several else ("input",))
        values = self._checked_values(state, len(inputs) if several else None)
        rows = values.reshape(-1, self._state_size)
        y, after = self._stack.run(inputs.reshape(len(rows), 1, self.input_size), rows)
        return y.reshape(*values.shape[:-1], self.hidden_size), State(self.model, after.reshape(values.shape))

    def _checked_x(self, x: ArrayLike, axes: tuple[str, ...]) -> Floats:
        """X as a contiguous float32 array with these axes, the last of which is the input size."""
        array = np.asarray(x)
        if array.dtype.kind not in "fiu":
            raise ShapeError(
                f"x: expected numbers, got {array.dtype}. Encode it as the model was trained on it."
            )
        if array.ndim != len(axes) or array.shape[-1] != self.input_size:
            wanted = ", ".join((*axes[:-1], str(self.input_size)))
            raise ShapeError(
                f"x: expected shape ({wanted}), got {array.shape}. "
                "Give one step to step, (time, input) to run, (streams, input) with the state of several streams."
            )
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused
            ready = np.ascontiguousarray(array, FLOAT32)
        check_finite("x", ready)
        return ready

    def _checked_values(self, state: State, streams: int | None) -> Floats:
        """A state's array, known to be this model's and to have that many streams."""
        self._check_model(state)
        values = state.values
        wanted = (self._state_size,) if streams is None else (streams, self._state_size)
        if values.shape != wanted or values.dtype != FLOAT32:
            raise StateError(
                f"state: expected a float32 array of shape {wanted}, got {values.dtype} of shape {values.shape}. "
                "Take it from initial_state(), with the number of streams, or from a step before."
            )
        return np.ascontiguousarray(values)

    def _check_model(self, state: State) -> None:
        if not isinstance(state, State):
            raise StateError(
                f"state: expected a State, got {type(state).__name__}. Begin with initial_state()."
            )
        if state.model != self.model:
            raise StateError(
                f"state: expected one of model {self.model[:12]}, got one of model {state.model[:12]}. "
                "Use the model that made it, or begin with initial_state()."
            )


def _again(layers: tuple[Layer, ...], weight_format: WeightFormat) -> Recurrence:
    return Recurrence(layers, weight_format=weight_format)
