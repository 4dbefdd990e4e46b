"""Tables, dense and recurrent layers, and pools as C."""

from hiddenstate.export.c_code import Code, count, states_of
from hiddenstate.program.program import Operation
from hiddenstate.program.shapes import known


def embedding(code: Code, operation: Operation) -> None:
    """Rows of one table, or of two whose numbers follow each other."""
    x, y = operation.inputs["x"], operation.outputs["y"]
    words, first = count(code.shapes[x]), 0
    for role in ("table", "further"):
        if role in operation.weights:
            table = code.array(operation, role)
            (name,) = code.weights.matrices([operation.weights[role]], [table], by_row=True)
            last = first + len(table)
            code.call("look_up", code.at(x), words, name, table.shape[1], code.at(y), first, last)
            first = last


def gram_mean(code: Code, operation: Operation) -> None:
    """The mean of the rows of a word's n-grams."""
    x, y, table = operation.inputs["x"], operation.outputs["y"], code.array(operation, "table")
    (name,) = code.weights.matrices([operation.weights["table"]], [table], by_row=True)
    *words, _ = code.shapes[x]
    code.call("gram_mean", code.at(x), count(words), "grams", name, table.shape[1], code.at(y))


def linear(code: Code, operation: Operation) -> None:
    """A dense layer over the last axis."""
    x, y, weight = operation.inputs["x"], operation.outputs["y"], code.array(operation, "weight")
    (name,) = code.weights.matrices([operation.weights["weight"]], [weight])
    rows = count(code.shapes[x][:-1])
    sizes = (weight.shape[1], weight.shape[0])
    code.call("linear", code.at(x), rows, name, code.vector(operation, "bias"), *sizes, code.at(y))


def recurrent(code: Code, operation: Operation) -> None:
    """One direction of one layer, for each row."""
    x, sequence = operation.inputs["x"], operation.outputs["sequence"]
    rows, steps, size = code.shapes[x]
    W, U = code.array(operation, "W"), code.array(operation, "U")
    hidden = U.shape[1]
    matrices = code.weights.matrices([operation.weights["W"], operation.weights["U"]], [W, U])
    biases = [code.vector(operation, role) for role in ("b", "b_hn") if role in operation.weights]
    parts = states_of(operation)
    for part in parts:
        state = code.at(operation.outputs[part])
        if part in operation.inputs:
            begin = code.at(operation.inputs[part])
            code.write(f"memcpy({state}, {begin}, {known(rows) * hidden} * sizeof(float));")
        else:
            code.write(f"memset({state}, 0, {known(rows) * hidden} * sizeof(float));")
    for row in range(known(rows)):
        shift = f" + {row} * ({count((steps, size))})" if row else ""
        shift_out = f" + {row} * ({count((steps, hidden))})" if row else ""
        states = [code.at(operation.outputs[part]) + (f" + {row * hidden}" if row else "") for part in parts]
        code.call(
            operation.options["cell"],
            code.at(x) + shift,
            count((steps,)),
            known(size),
            hidden,
            *matrices,
            *biases,
            int(operation.options["reverse"]),
            *states,
            code.at(sequence) + shift_out,
            code.at(f"{sequence} scratch"),
        )


def pool(code: Code, operation: Operation) -> None:
    """The last step, the mean or the greatest values."""
    x, outputs = operation.inputs["x"], operation.outputs
    _, steps, size = code.shapes[x]
    ends = code.at(outputs["context"]), code.at(outputs["weights"])
    code.call(
        f"pool_{operation.options['how']}",
        code.at(x),
        count((steps,)),
        size,
        operation.options["backward"],
        *ends,
    )


def attention(code: Code, operation: Operation) -> None:
    """Scores, their softmax, the steps weighed; what does not depend on the input is multiplied out here."""
    x, context, shares = (
        operation.inputs["x"],
        operation.outputs["context"],
        code.at(operation.outputs["weights"]),
    )
    _, steps, features = code.shapes[x]
    size, score, scale = known(features), operation.options["score"], operation.options["scale"]
    of_steps = code.at(x), count((steps,)), size
    if score == "additive":
        U = code.array(operation, "U")
        asked = code.array(operation, "W") @ code.array(operation, "query")
        (name,) = code.weights.matrices([operation.weights["U"]], [U])
        vectors = (
            code.weights.vector(f"{operation.weights['W']} times {operation.weights['query']}", asked),
            code.vector(operation, "v"),
        )
        scratch = code.at(f"{operation.outputs['context']} scratch")
        code.call("additive_scores", *of_steps, name, *vectors, len(U), shares, scratch)
    elif score == "per_step":
        code.call("dot_scores", *of_steps, code.vector(operation, "w"), shares)
        code.kernels.add("hyperbolic")
        bias = code.vector(operation, "b")
        code.write(
            f"for (size_t t = 0; t < {count((steps,))}; t++) {{",
            f"    ({shares})[t] = hyperbolic(({shares})[t] + {bias}[t]);",
            "}",
        )
    else:
        query = code.array(operation, "query")
        asked = query @ code.array(operation, "W") if score == "general" else query
        name = code.weights.vector(f"{operation.weights['query']} as {score}", asked * scale)
        code.call("dot_scores", *of_steps, name, shares)
    code.call("softmax", shares, 1, count((steps,)), shares)
    code.call("weighed", code.at(x), shares, count((steps,)), size, code.at(context))
