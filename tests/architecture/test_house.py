"""The rules of the house that a tool can check: sizes, light imports, named modules, no pickle."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "hiddenstate"
FILES = sorted(SOURCE.rglob("*.py"))
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
MOST_PARAMETERS = 8
DOORS = {"cli", "estimators"}


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_files_are_short_and_documented(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(ast.parse(text)), "a module begins with what it is for"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # The signature and the docstring do not count: they say what, the rest says how.
            code = node.body[1:] if ast.get_docstring(node) else node.body
            length = node.end_lineno - code[0].lineno + 1 if code else 0
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"
            # Command-line functions and scikit-learn's constructors list one parameter per option: their
            # signature is the documentation.
            if not DOORS & set(path.parts):
                count = len(node.args.args) + len(node.args.kwonlyargs)
                assert (
                    count - (node.args.args[:1] != [] and node.args.args[0].arg == "self") <= MOST_PARAMETERS
                ), f"{node.name} takes {count} parameters"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_grab_bag_and_no_pickle(path):
    assert path.stem not in {"utils", "helpers", "common", "misc", "base"}
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert not imported & {"pickle", "joblib", "cloudpickle", "dill"}


WITHOUT_TORCH = [
    path for path in FILES if path.relative_to(SOURCE).parts[0] in {"kernels", "runtime", "records.py"}
]


@pytest.mark.parametrize("path", WITHOUT_TORCH, ids=named)
def test_the_runtime_is_free_of_torch(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.split(".")[0] for name in names} & {"torch", "sklearn", "polars"}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import hiddenstate",
        "import hiddenstate.records",
        "import hiddenstate.errors",
        "import hiddenstate.runtime",
    ],
)
def test_light_imports_load_nothing_heavy(statement):
    heavy = {"torch", "sklearn", "polars", "pandas", "altair", "numba", "rich", "scipy"}
    assert not loaded_by(statement) & heavy


def test_every_name_in_dunder_all_exists():
    import importlib

    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not any(
            isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
            for node in tree.body
        ):
            continue
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        for name in module.__all__:
            assert hasattr(module, name), f"{module.__name__} has no {name}"
