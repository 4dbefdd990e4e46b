"""What the lab found, as tables for the terminal and as offline pages."""

from collections.abc import Sequence

from hiddenstate import plots
from hiddenstate.choices import choose
from hiddenstate.inspection.remedies import remedy
from hiddenstate.plots.gradient_flow import fate_in_words, gradient_flow
from hiddenstate.plots.memory_curves import memory_by_length, memory_by_step
from hiddenstate.plots.numerals import number
from hiddenstate.records import GradientFlow, MemoryRun
from hiddenstate.tasks.memory_tasks import MEMORY_TASKS
from hiddenstate.workflows.lab_gradients import GradientLab
from hiddenstate.workflows.lab_memory import MemoryLab

NEAR = 20
"""Steps within which three decades are lost, or not."""
WHY = (
    "What happened k steps ago reaches today's loss through a product of k factors. In a plain RNN each factor is U "
    "transposed times the slopes of tanh, which are at most 1: the product shrinks exponentially, or, where U is large "
    "enough to outweigh the slopes, grows so.",
    "Along the cell state C of an LSTM the factor is the forget gate, σ(b_f) at the start: 0.5 with a bias of 0, "
    "0.73 with 1. Chrono draws b_f = log U[1, T - 1], so that the units' memories are spread over all lengths up to T.",
    "Along h an LSTM with chrono loses more than along C, and must: h reaches the loss through the gates, and "
    "b_i = -b_f opens the input gate by only 1 / T_k for a unit that keeps T_k steps. Units with a short memory "
    "therefore count most at first, and the sum over the units falls as k^(-1/2), half a decade for every ten times "
    "as far: a power of k, where the cells that forget lose a fixed share at every step.",
    "Clipping cures gradients that explode. Against vanishing it does nothing.",
)


def gradient_verdict(flows: Sequence[GradientFlow]) -> plots.Verdict:
    """Who carries and who loses, in words."""
    kept = [flow for flow in flows if flow.fate == "carries"]
    lost = [flow for flow in flows if flow.fate == "vanishes"]
    lost.sort(key=lambda flow: flow.reach() or 0)
    parts = []
    if kept:
        verb = "carries" if len(kept) == 1 else "carry"
        names = _listed([flow.name for flow in kept])
        parts.append(f"{names} {verb} the gradient over all {kept[0].distance} steps")
    if lost:
        parts.append(f"{_listed([lost[0].name])} has lost three decades after {lost[0].reach()}")
    advice = remedy(lost[0]) if lost else ""
    text = f"{_listed([lost[0].name])} {advice[0].lower()}{advice[1:]}" if lost else ""
    return plots.Verdict("; ".join(parts) or "Nothing could be compared", text, "better" if kept else "worse")


def gradient_table(flows: Sequence[GradientFlow]) -> plots.Table:
    """One row for each cell."""
    middle = max(1, flows[0].distance // 2)
    near = min(NEAR, flows[0].distance)
    rows = tuple(
        plots.Row(
            flow.name,
            (
                flow.carrier,
                flow.start,
                _decades(flow.decades_lost(near)),
                _decades(flow.decades_lost(middle)),
                _decades(flow.decades_lost(middle, "h")),
                fate_in_words(flow).split(",")[0],
            ),
        )
        for flow in flows
    )
    header = ("cell", "state", "weights", f"k = {near}", f"k = {middle}", f"h, k = {middle}", "verdict")
    note = (
        "Powers of ten by which the norm of d loss / d state is smaller k steps before the last one than one step "
        "before it; of the state that carries, and in the last column of figures of h."
    )
    return plots.Table("Decades of the gradient that are lost", header, rows, note)


def gradient_page(lab: GradientLab, flows: Sequence[GradientFlow]) -> plots.Page:
    """The page of ``hiddenstate lab gradients``."""
    return plots.Page(
        "Why LSTM: how far the gradient reaches back",
        f"{lab.sequences} random sequences of {lab.length + 1} steps through each of {lab.draws} fresh cells of "
        f"{lab.hidden_size} units",
        [
            gradient_verdict(flows),
            plots.Chart(gradient_flow(flows)),
            plots.Chart(gradient_flow(flows, state="h", title="The same along h alone")),
            gradient_table(flows),
            plots.Text("Why it is so", WHY),
            plots.Code(
                "How to see this again",
                f"hiddenstate lab gradients --length {lab.length} --sequences {lab.sequences} "
                f"--draws {lab.draws} --hidden-size {lab.hidden_size} --seed {lab.seed}",
            ),
        ],
    )


def memory_verdict(runs: Sequence[MemoryRun]) -> plots.Verdict:
    """Who solved it and who did not."""
    label = choose(MEMORY_TASKS, runs[0].task, "task").label
    where = f"{label}, T = {runs[0].length}"
    solved = [run.name for run in runs if run.solved_at is not None]
    failed = [run.name for run in runs if run.solved_at is None]
    if not solved:
        return plots.Verdict(f"{where}: nobody solved it", _chance(runs[0]), "worse")
    by = f"{where}: solved by {_listed(solved)}"
    return plots.Verdict(f"{by}, not by {_listed(failed)}" if failed else by, _chance(runs[0]), "better")


def memory_table(runs: Sequence[MemoryRun]) -> plots.Table:
    """One row for each cell, in the order in which they were run."""
    first = min((run.solved_at for run in runs if run.solved_at is not None), default=None)
    rows = tuple(
        plots.Row(
            run.name,
            (
                f"after {run.solved_at:,} steps" if run.solved_at is not None else "no",
                number(run.error),
                f"{run.seconds:.0f}",
                f"{run.parameters:,}",
            ),
            frozenset({0}) if run.solved_at is not None and run.solved_at == first else frozenset(),
        )
        for run in runs
    )
    header = ("cell", "solved", runs[0].error_name, "processor seconds", "parameters")
    note = f"{_chance(runs[0])} Seed {runs[0].seed}; one run is one run."
    return plots.Table("Who can remember", header, rows, note)


def memory_page(lab: MemoryLab, runs: Sequence[MemoryRun]) -> plots.Page:
    """The page of ``hiddenstate lab memory``."""
    task = lab.build_task()
    return plots.Page(
        f"{task.label}: who can remember over {lab.length} steps",
        f"{task.what[0].upper()}{task.what[1:]}; fresh sequences at each step, never the same twice",
        [
            memory_verdict(runs),
            plots.Chart(memory_by_step(runs)),
            plots.Chart(memory_by_length(runs)),
            memory_table(runs),
            plots.Text("How it was run", points=_conditions(lab)),
            plots.Code("How to run this again", _command(lab)),
        ],
    )


def _conditions(lab: MemoryLab) -> list[str]:
    hidden = lab.hidden_size or lab.build_task().hidden_size
    return [
        f"One layer of {hidden} units and a linear head; Adam with a learning rate of {lab.learning_rate:g}, "
        f"batches of {lab.batch_size}, gradients clipped at a norm of 1, at most {lab.steps:,} steps.",
        f"Each training batch has one length, drawn between the shortest possible and {lab.length}: short ones show "
        "what the task is. All cells see the same sequences.",
        f"The error is measured every {lab.check_every} steps at T = {lab.length}, on sequences not drawn in training.",
        "A cell that fails here may succeed with more steps or other settings: one run shows who is at home in this.",
    ]


def _command(lab: MemoryLab) -> str:
    parts = [
        f"hiddenstate lab memory --task {lab.task} --length {lab.length} --steps {lab.steps} --seed {lab.seed}"
    ]
    if lab.hidden_size is not None:
        parts.append(f"--hidden-size {lab.hidden_size}")
    if lab.cells is not None:
        parts.append(f"--cells {','.join(lab.cells)}")
    parts.append(f"--batch-size {lab.batch_size} --learning-rate {lab.learning_rate:g}")
    return " ".join(parts)


def _chance(run: MemoryRun) -> str:
    return (
        f"Solved: {run.error_name} below {run.solved_below:g}. "
        f"The best answer without memory has {number(run.chance)}."
    )


def _decades(value: float) -> str:
    return "all" if value == float("inf") else f"{value:.1f}"


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> _listed(["RNN", "LSTM", "GRU"])
    'RNN, LSTM and GRU'
    """
    quoted = [name.replace(", ", " with ") for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
