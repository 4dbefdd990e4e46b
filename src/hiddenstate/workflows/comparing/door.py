"""The verb: compare on a file, and leave a folder with the page and all figures."""

import json
from dataclasses import dataclass
from pathlib import Path

from hiddenstate.bundle.contents import plain_json
from hiddenstate.bundle.disk import write_folder
from hiddenstate.data.files import Source
from hiddenstate.errors import OutputError
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.comparing.compare import Compared, compare_all
from hiddenstate.workflows.comparing.plan import Plan
from hiddenstate.workflows.comparing.report import report, to_dict
from hiddenstate.workflows.fitting import say, silent
from hiddenstate.workflows.kind import Kind, Saving, Values


@dataclass(frozen=True)
class Result:
    """What a comparison leaves for the caller to show."""

    folder: Path
    compared: Compared

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / "report.html"


def compare_file(
    kind: Kind, source: Source, values: Values, plan: Plan, saving: Saving, *, metric: str | None = None
) -> Result:
    """Compare on `source`; finished runs stand in ``OUT.runs.json`` until the page is written.

    Raises `OutputError` where the folder exists and `saving` does not allow to replace it.
    """
    if saving.out.exists() and not saving.force:
        raise OutputError(
            f"{saving.out}: expected a new folder, got one that exists. Use --force to replace it."
        )
    runs_file = saving.out.with_name(saving.out.name + ".runs.json")
    with limited_threads(1):
        arena = kind.arena(source, values, metric)
        compared = compare_all(
            arena, plan, runs_file, force=saving.force, announce=silent if saving.quiet else say
        )
    results = {**to_dict(compared), "ledger": compared.ledger.to_dict()}
    files = {
        "report.html": report(compared).encode(),
        "results.json": (json.dumps(plain_json(results), indent=2, ensure_ascii=False) + "\n").encode(),
    }
    write_folder(saving.out, files)
    runs_file.unlink(missing_ok=True)
    return Result(saving.out, compared)
