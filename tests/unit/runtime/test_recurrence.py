"""Steps, states and sequences; what is refused, and what it leaves behind."""

import copy
import gc
import pickle
import subprocess
import sys
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hiddenstate.errors import InputError, SettingsError, ShapeError
from hiddenstate.kernels import builtin, byte_products, library
from hiddenstate.runtime import Layer, Recurrence, State, StateError

KINDS = ("rnn", "lstm", "gru")


@pytest.fixture(params=["built-in", "in Python"])
def either_way(request, monkeypatch):
    """Where objects are understood, and where the careful function does all the work."""
    if request.param == "in Python":
        monkeypatch.setattr(builtin, "objects_are_understood", lambda state_type: False)
    return request.param


@pytest.fixture
def recurrence(layers, either_way):
    made = Recurrence(layers("lstm", 3, [5, 4]))
    assert (type(made.step).__name__ == "builtin_function_or_method") == (either_way == "built-in")
    return made


def sequence(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_objects_are_understood_here():
    assert builtin.objects_are_understood(State), "otherwise no test below tests the built-in step"


def test_a_step_changes_neither_its_input_nor_the_state(recurrence):
    x, state = sequence(3), recurrence.run(sequence(6, 3))[1]
    x_before, before = x.copy(), state.values.copy()
    y, after = recurrence.step(x, state)
    again, _ = recurrence.step(x, state)
    np.testing.assert_array_equal(y, again)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(state.values, before)
    assert not np.shares_memory(after.values, before)
    y *= 2
    np.testing.assert_array_equal(recurrence.step(x, state)[1].values, after.values)


def test_steps_equal_the_sequence_and_its_pieces(recurrence):
    x = sequence(9, 3)
    whole, end = recurrence.run(x)
    state = recurrence.initial_state()
    for x_t, y_t in zip(x, whole, strict=True):
        y, state = recurrence.step(x_t, state)
        np.testing.assert_array_equal(y, y_t)
    np.testing.assert_array_equal(state.values, end.values)
    first, between = recurrence.run(x[:4])
    second, end = recurrence.run(x[4:], between)
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)
    np.testing.assert_array_equal(state.values, end.values)


def test_a_sequence_of_no_steps_leaves_the_state_as_it_is(recurrence):
    state = recurrence.run(sequence(6, 3))[1]
    y, after = recurrence.run(np.zeros((0, 3), np.float32), state)
    assert y.shape == (0, 4)
    np.testing.assert_array_equal(after.values, state.values)


@pytest.mark.parametrize("streams", [1, 3, 4, 7, 8])
def test_streams_side_by_side_equal_one_after_the_other(recurrence, streams):
    x = sequence(streams, 5, 3)
    together, end = recurrence.run_many(x)
    state = recurrence.initial_state(streams)
    for t in range(5):
        y, state = recurrence.step(np.ascontiguousarray(x[:, t]), state)
        # A tile of streams adds up its products in another order than one stream does.
        np.testing.assert_allclose(y, together[:, t], atol=2e-7)
    for stream in range(streams):
        alone, alone_end = recurrence.run(x[stream])
        np.testing.assert_allclose(together[stream], alone, atol=2e-7)
        np.testing.assert_allclose(end.values[stream], alone_end.values, atol=4e-7)


@pytest.mark.parametrize(
    "x",
    [
        [0.5, -1.0, 2.0],
        np.array([0.5, -1.0, 2.0]),
        np.array([0.5, 9, -1.0, 9, 2.0, 9], np.float32)[::2],
        np.array([0.5, -1.0, 2.0], ">f4"),
        np.array([0.5, -1.0, 2.0], np.float16),
    ],
    ids=["list", "float64", "strided", "big-endian", "float16"],
)
def test_other_numbers_are_converted(recurrence, x):
    expected, _ = recurrence.step(np.float32([0.5, -1.0, 2.0]), recurrence.initial_state())
    y, state = recurrence.step(x, recurrence.initial_state())
    np.testing.assert_array_equal(y, expected)
    assert state.model == recurrence.model


def test_arguments_may_be_named(recurrence):
    x, state = sequence(3), recurrence.initial_state()
    np.testing.assert_array_equal(recurrence.step(x=x, state=state)[0], recurrence.step(x, state)[0])


@pytest.mark.parametrize(
    ("x", "error", "text"),
    [
        (np.zeros(4, np.float32), ShapeError, r"expected shape \(3\), got \(4,\)"),
        (np.zeros((1, 3), np.float32), ShapeError, r"expected shape \(3\), got \(1, 3\)"),
        (np.float32(0), ShapeError, r"expected shape \(3\), got \(\)"),
        (["a", "b", "c"], ShapeError, "expected numbers, got <U1"),
        (None, ShapeError, "expected numbers, got object"),
        (np.float32([0, np.nan, 0]), InputError, r"expected finite float32 numbers, got nan at \[1\]"),
        (np.float32([0, 0, -np.inf]), InputError, r"got -inf at \[2\]"),
        ([0, 0, 1e300], InputError, r"got inf at \[2\]"),
    ],
)
def test_a_bad_input_is_explained_and_the_state_goes_on(recurrence, x, error, text):
    state = recurrence.run(sequence(6, 3))[1]
    before = state.values.copy()
    with pytest.raises(error, match=text):
        recurrence.step(x, state)
    np.testing.assert_array_equal(state.values, before)


def test_nan_is_found_wherever_it_stands(layers):
    recurrence = Recurrence(layers("rnn", 37, [4]))
    for place in range(37):
        x = np.zeros(37, np.float32)
        x[place] = np.nan
        with pytest.raises(InputError, match=rf"nan at \[{place}\]"):
            recurrence.step(x, recurrence.initial_state())


def test_the_state_of_another_model_is_refused(recurrence, layers):
    other = Recurrence(layers("lstm", 3, [5, 4], seed=1))
    with pytest.raises(StateError, match=r"expected one of model .*, got one of model"):
        recurrence.step(sequence(3), other.initial_state())
    with pytest.raises(StateError, match="expected a State, got ndarray"):
        recurrence.step(sequence(3), recurrence.initial_state().values)
    with pytest.raises(
        StateError, match=r"expected a float32 array of shape \(64,\), got float32 of shape \(63,\)"
    ):
        recurrence.step(sequence(3), State(recurrence.model, np.zeros(63, np.float32)))
    with pytest.raises(StateError, match=r"expected a float32 array of shape \(2, 64\)"):
        recurrence.step(sequence(2, 3), recurrence.initial_state(3))
    with pytest.raises(StateError, match=r"got float64"):
        recurrence.step(sequence(3), State(recurrence.model, np.zeros(64)))


def test_a_state_goes_on_after_a_restart(recurrence, layers, tmp_path):
    state = recurrence.run(sequence(6, 3))[1]
    state.save(tmp_path / "now.state")
    later = Recurrence(layers("lstm", 3, [5, 4]))
    x = sequence(3, seed=2)
    y, _ = later.step(x, State.load(tmp_path / "now.state"))
    np.testing.assert_array_equal(y, recurrence.step(x, state)[0])


def test_a_state_can_be_taken_apart_and_put_together(recurrence):
    state = recurrence.run(sequence(6, 3))[1]
    parts = recurrence.state_parts(state)
    assert [{name: part.shape for name, part in layer.items()} for layer in parts] == [
        {"h": (5,), "C": (5,)},
        {"h": (4,), "C": (4,)},
    ]
    np.testing.assert_array_equal(parts[1]["h"], recurrence.run(sequence(6, 3))[0][-1])
    np.testing.assert_array_equal(recurrence.state_from(parts).values, state.values)
    two = recurrence.state_from([{"h": np.ones((2, 5))}])
    assert two.values.shape == (2, 64)
    assert two.values.sum() == 10


@pytest.mark.parametrize(
    ("parts", "error", "text"),
    [
        ([{"h": np.zeros(4)}], ShapeError, r"layer 0, h: expected shape \(5,\), got \(4,\)"),
        ([{"h": np.zeros(5)}, {"C": np.zeros((2, 4))}], ShapeError, r"layer 1, C: expected shape \(4,\)"),
        ([{"c": np.zeros(5)}], ShapeError, r"expected h of layer 0, .*, got c of layer 0 as well"),
        ([{"h": np.full(5, np.inf)}], InputError, "state: expected finite"),
    ],
)
def test_parts_that_do_not_fit_are_refused(recurrence, parts, error, text):
    with pytest.raises(error, match=text):
        recurrence.state_from(parts)


@pytest.mark.parametrize("reverse", [False, True])
def test_unequal_lengths_equal_each_sequence_alone(recurrence, reverse):
    x, lengths = sequence(7, 6, 3), [6, 0, 3, 3, 1, 6, 5]
    start = recurrence.run_many(sequence(7, 2, 3, seed=5))[1]
    x[2, 3:] = np.nan  # padding has no effect, whatever it holds
    y, end = recurrence.run_many(x, start, lengths=lengths, reverse=reverse)
    for row, length in enumerate(lengths):
        alone = State(recurrence.model, start.values[row])
        order = slice(None, None, -1) if reverse else slice(None)
        expected, after = recurrence.run(x[row, :length][order], alone)
        np.testing.assert_allclose(y[row, :length][order], expected, atol=3e-7)
        np.testing.assert_allclose(end.values[row], after.values, atol=5e-7)
        assert not y[row, length:].any()


def test_sequences_of_one_length_may_be_read_backwards(recurrence):
    x = sequence(2, 4, 3)
    y, _ = recurrence.run_many(x, reverse=True)
    expected, _ = recurrence.run_many(x[:, ::-1])
    np.testing.assert_array_equal(y[:, ::-1], expected)


@pytest.mark.parametrize("lengths", [[1, 2], [1, 2, 7], [1, 2, -1], [1.0, 2.0, 3.0], 3])
def test_lengths_that_do_not_fit_are_refused(recurrence, lengths):
    with pytest.raises(ShapeError, match="lengths: expected 3 whole numbers from 0 to 6"):
        recurrence.run_many(sequence(3, 6, 3), lengths=lengths)


W, U, b = np.zeros((4, 2), np.float32), np.zeros((4, 4), np.float32), np.zeros(4, np.float32)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ([], ShapeError, "layers: expected one or more, got none"),
        ([Layer("tanh", W, U, b)], ShapeError, 'layer 0: expected one of rnn, lstm, gru, got "tanh"'),
        ([Layer("lstm", W, U, b)], ShapeError, r"layer 0, W: expected shape \(16, 2\), got \(4, 2\)"),
        ([Layer("rnn", W, U, b), Layer("rnn", W, U, b)], ShapeError, r"layer 1, W: expected shape \(4, 4\)"),
        ([Layer("rnn", W, U, b, b)], ShapeError, "layer 0: expected no b_hn, which is the GRU's"),
        ([Layer("rnn", W, U, b + np.nan)], InputError, r"layer 0, b: expected finite .* got nan at \[0\]"),
        (
            [Layer("gru", np.zeros((12, 2)), np.zeros((12, 4)), np.zeros(12))],
            ShapeError,
            r"b_hn: expected shape \(4,\), got none",
        ),
    ],
)
def test_layers_that_do_not_fit_are_refused(given, error, text):
    with pytest.raises(error, match=text):
        Recurrence(given)


def test_bfloat16_weights_halve_what_is_read_and_cost_accuracy(layers):
    given = layers("lstm", 32, [64])
    exact, half = Recurrence(given), Recurrence(given, weight_format="bfloat16")
    x = sequence(50, 32)
    assert exact.weight_loss(x) == 0
    # A bfloat16 keeps 8 bits: 2**-9 of each weight, averaged over 96 products and squashed.
    assert 1e-5 < half.weight_loss(x) < 5e-3
    assert half.weight_bytes < 0.52 * exact.weight_bytes
    half.step(x[0], exact.initial_state())  # the same model, so a state may move between them


@pytest.fixture
def int8():
    if not byte_products.AVAILABLE:
        pytest.skip("this processor multiplies no bytes (AVX-512 VNNI)")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("input_size", "sizes"), [(1, [1]), (3, [5, 4]), (40, [33]), (64, [128])])
def test_int8_weights_are_a_quarter_and_near(layers, int8, kind, input_size, sizes):
    given = layers(kind, input_size, sizes)
    exact, small = Recurrence(given), Recurrence(given, weight_format="int8")
    x = sequence(50, input_size)
    # Bytes resolve 1/254 of the largest weight of a row, and of the largest x and h: one number is exact.
    assert input_size == 1 or small.weight_loss(x) > 1e-4
    assert small.weight_loss(x) < 0.04
    if sizes == [128]:
        assert small.weight_bytes < exact.weight_bytes / 3.5
    np.testing.assert_array_equal(small.run_many(np.stack([x] * 5))[0][3], small.run(x)[0])
    small.step(x[0], exact.initial_state())


def test_int8_products_are_exact_where_bytes_are(layers, int8):
    # Weights and inputs that are whole numbers of their units have no error to make, gates apart.
    W = np.float32([[127, -64, 3], [1, 127, -127]]) / 256
    U = np.zeros((2, 2), np.float32)
    given = [Layer("rnn", W, U, np.float32([0.25, -0.5]))]
    x = np.float32([127, -5, 64]) / 128
    y, _ = (made := Recurrence(given, weight_format="int8")).step(x, made.initial_state())
    np.testing.assert_allclose(y, np.tanh(W @ x + given[0].b), atol=2e-7)


def test_int8_is_refused_where_the_processor_cannot(layers, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(byte_products, "AVAILABLE", False)
    monkeypatch.setattr(library, "kernel", library.kernel.__wrapped__)
    monkeypatch.setattr(library, "_kernel", library._kernel.__wrapped__)
    monkeypatch.setattr(library, "_sources", library._sources.__wrapped__)
    with pytest.raises(library.KernelError, match=r"expected a processor with AVX-512 VNNI.*Use bfloat16"):
        library.kernel("lstm.step.int8")


def test_int8_layers_of_any_size_are_not_promised(layers):
    with pytest.raises(ShapeError, match=r"expected at most 4096 features and units, got 5000 and 4"):
        Recurrence(layers("rnn", 5000, [4]), weight_format="int8")


def test_an_unknown_weight_format_is_refused(layers):
    with pytest.raises(SettingsError, match='expected one of float32, bfloat16, int8, got "float16"'):
        Recurrence(layers("rnn", 3, [4]), weight_format="float16")


def test_threads_do_not_meet(recurrence):
    x = sequence(8, 300, 3)

    def alone(row):
        state = recurrence.initial_state()
        for x_t in x[row]:
            y, state = recurrence.step(x_t, state)
        return y, recurrence.run(x[row])[0][-1]

    expected = [alone(row) for row in range(8)]
    with ThreadPoolExecutor(4) as pool:
        np.testing.assert_array_equal(list(pool.map(alone, range(8))), expected)


def test_copies_and_other_processes(recurrence):
    x = sequence(3)
    expected, _ = recurrence.step(x, recurrence.initial_state())
    for other in (copy.deepcopy(recurrence), pickle.loads(pickle.dumps(recurrence))):
        np.testing.assert_array_equal(other.step(x, recurrence.initial_state())[0], expected)


def test_nothing_is_left_behind(recurrence):
    x, state = sequence(3), recurrence.initial_state()
    for _ in range(100):
        y, state = recurrence.step(x, state)
    references = sys.getrefcount(recurrence.model)
    growths = []
    for _ in range(
        3
    ):  # what a step leaves behind is there each time; what other threads of the runner take is not
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(2000):
            y, state = recurrence.step(x, state)
        growths.append(tracemalloc.get_traced_memory()[0] - before)
        tracemalloc.stop()
    assert min(growths) < 10_000  # a state alone takes 256 bytes
    now, of_y, of_state = sys.getrefcount(recurrence.model), sys.getrefcount(y), sys.getrefcount(state)
    assert (now, of_y, of_state) == (references, 2, 2)


def test_a_recurrence_that_nobody_needs_goes_and_its_step_keeps_it(layers):
    made = Recurrence(layers("gru", 3, [5]))
    gone, step, state = weakref.ref(made), made.step, made.initial_state()
    del made
    gc.collect()
    y, _ = step(sequence(3), state)
    assert np.isfinite(y).all()
    del step
    gc.collect()
    assert gone() is None


def test_a_warm_start_loads_neither_torch_nor_the_compiler(layers):
    code = (
        "import sys, numpy as np\n"
        "from hiddenstate.runtime import Layer, Recurrence\n"
        "ones = np.ones((4, 4), np.float32)\n"
        "recurrence = Recurrence([Layer('rnn', ones, ones, ones[0])])\n"
        "recurrence.step(ones[0], recurrence.initial_state())\n"
        "print(sorted({'torch', 'numba', 'scipy', 'polars'} & set(sys.modules)))\n"
    )
    Recurrence(layers("rnn", 3, [5]))  # now the kernels are on disk
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
    assert answer.stderr == ""
