"""What the pages say is true: their Python runs, their links lead somewhere, their commands exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def named(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_python_on_the_page_runs(page):
    for number, code in enumerate(
        re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    ):
        exec(compile(code, f"{page.name}, block {number + 1}", "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http", "mailto")):
            assert (page.parent / target).exists(), target


def test_every_subcommand_on_a_page_exists():
    text = subprocess.run(
        [sys.executable, "-m", "hiddenstate", "--help"], capture_output=True, text=True
    ).stdout
    for page in PAGES:
        for command in re.findall(r"^hiddenstate (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert command in text, f"{page.name}: {command}"


def test_every_cell_has_a_row_in_the_table_of_cells():
    from hiddenstate.cells import CELLS

    text = (ROOT / "docs/cells.md").read_text(encoding="utf-8")
    for name in CELLS:
        assert f'| `"{name}"` |' in text


def test_doctests_of_the_package_run():
    # In a process of its own: doctests import every module, which must work in any order.
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--doctest-modules",
            "-p",
            "no:cacheprovider",
            "src/hiddenstate",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:]


def test_the_makefile_offers_what_the_readme_promises():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
