"""The verb: search on a file, and leave a folder with the best settings, the page and all trials."""

import json
from dataclasses import dataclass
from pathlib import Path

from hiddenstate.bundle.contents import plain_json
from hiddenstate.bundle.disk import check_writable, write_file
from hiddenstate.data.files import Source
from hiddenstate.errors import OutputError
from hiddenstate.training.threads import limited_threads
from hiddenstate.workflows.kind import Kind, Saving, Values
from hiddenstate.workflows.tuning.progress import Progress
from hiddenstate.workflows.tuning.report import report, to_dict
from hiddenstate.workflows.tuning.search import Found, Limits, search
from hiddenstate.workflows.tuning.study import FILE

SETTINGS, PAGE, RESULTS = "settings.toml", "report.html", "results.json"


@dataclass(frozen=True)
class Tuned:
    """What a search leaves for the caller to show."""

    folder: Path
    found: Found

    @property
    def settings(self) -> Path:
        """The best settings, for ``train --settings``."""
        return self.folder / SETTINGS

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / PAGE


def tune_file(
    kind: Kind, source: Source, values: Values, limits: Limits, saving: Saving, *, metric: str | None = None
) -> Tuned:
    """Search on `source`; trials that stand in ``OUT/trials.db`` are taken over, and more of them added.

    Raises `OutputError` where the folder is another's, or nothing can be written.
    """
    folder = saving.out
    check_writable(folder)
    stranger = folder.exists() and not (folder / FILE).exists()
    if stranger and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(
            f"{folder}: expected a new folder, or one of a search, got another. Use another --out."
        )
    if saving.force:
        for name in (FILE, SETTINGS, PAGE, RESULTS):
            (folder / name).unlink(missing_ok=True)
    with limited_threads(1):
        ground = kind.ground(source, values, metric)
        with Progress(limits, quiet=saving.quiet) as progress:
            found = search(ground, values, limits, folder, progress.show)
    tuned = Tuned(folder, found)
    write_file(tuned.settings, found.toml.encode())
    write_file(tuned.report, report(found).encode())
    results = json.dumps(plain_json(to_dict(found)), indent=2, ensure_ascii=False) + "\n"
    write_file(folder / RESULTS, results.encode())
    return tuned
