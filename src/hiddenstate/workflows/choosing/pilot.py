"""A short pilot: a few architectures trained on the file for a minute, where the rules alone are not enough."""

import tempfile
from pathlib import Path
from typing import Any

from hiddenstate.errors import InputError, SettingsError
from hiddenstate.workflows.choosing.choice import Choice
from hiddenstate.workflows.choosing.command import DEFAULT_HORIZON, SHAPED, TASKS
from hiddenstate.workflows.comparing.compare import Compared
from hiddenstate.workflows.comparing.door import compare_file
from hiddenstate.workflows.comparing.plan import Plan
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.kinds import kind_for

SECONDS = 60.0
CANDIDATES = ("LSTM", "GRU", "BiLSTM", "BiGRU")
CAUTION = (
    f"A pilot: one seed, {SECONDS:.0f} seconds for everything. hiddenstate compare takes more of both and says how "
    "sure it is."
)


def pilot(source: Path, choice: Choice, *, quiet: bool) -> Compared:
    """Train `CANDIDATES` on the file and rank them beside the plain baselines.

    Raises `SettingsError` for a kind without a comparison, `InputError` for a file that training cannot read as it is.
    """
    guess = choice.guess
    task = TASKS[guess.kind]
    if task not in SHAPED:
        raise SettingsError(
            f"--pilot: expected labelled texts, series, a tagged corpus or intents, got {guess.name}. Leave it out."
        )
    if guess.hindrances:
        raise InputError(
            f"--pilot: expected a file that training reads as it is, got {source}: {guess.hindrances[0].reason} "
            "Do that first."
        )
    path = Path(str(guess.facts.get("file", source)))
    values = _values(choice, task)
    plan = Plan(budget=SECONDS, seeds=1, only=CANDIDATES)
    with tempfile.TemporaryDirectory() as folder:
        saving = Saving(out=Path(folder) / "pilot", quiet=quiet)
        return compare_file(kind_for(task, values), path, values, plan, saving).compared


def _values(choice: Choice, task: str) -> dict[str, Any]:
    """The settings that the recommendation stands for."""
    roles, facts = choice.guess.roles, choice.guess.facts
    if task == "classify":
        return {"data": {"text": roles["text"], "target": roles["target"]}}
    if task == "forecast":
        data: dict[str, Any] = {"time": roles["time"], "targets": [roles["target"]]}
        if "series" in roles:
            data["series"] = roles["series"]
        return {"data": data, "task": {"horizon": int(facts.get("horizon") or DEFAULT_HORIZON)}}
    return {}
